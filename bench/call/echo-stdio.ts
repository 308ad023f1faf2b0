/** The same echo upstream on stdio, for `mcp-proxy`. */
import { bareServer, echoTool, serveBareStdio } from '@remit/testkit';

serveBareStdio(bareServer('echo', [echoTool]));
