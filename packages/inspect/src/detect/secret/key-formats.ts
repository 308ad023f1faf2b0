/**
 * Keys that providers mark as theirs: a prefix, an alphabet, a length, as their documentation gives them.
 * Each pattern begins with two plain characters, by which it is found, and has bounded repetitions only.
 */

/** Plain characters that it begins with (alternatives with blanks between them), pattern, least entropy. */
type FormatEntry = readonly [starts: string, pattern: RegExp, entropy?: number];

/** Least entropy of the part behind the prefix, in bits a character: tells keys from `xoxb-your-token`. */
const USUAL_ENTROPY = 2.8;

export interface KeyFormat {
  pattern: RegExp;
  entropy: number;
}

const formats: readonly FormatEntry[] = [
  // Cloud providers
  ['AKIA ASIA ABIA ACCA', /(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/y, 3],
  ['AKIA ASIA ABIA ACCA', /(?:AKIA|ASIA|ABIA|ACCA)(?=[A-Z]*\d)[A-Z\d]{16}(?![A-Za-z0-9])/y, 3],
  ['ABSK', /ABSK[A-Za-z\d+/]{109,269}={0,2}/y],
  ['bedroc', /bedrock-api-key-[A-Za-z\d+/=]{20,2048}/y],
  ['AIza', /AIza[\w-]{35}(?![\w-])/y, 3.5],
  ['ya29.', /ya29\.[\w-]{20,512}/y],
  ['GOCSPX', /GOCSPX-[\w-]{28}/y],
  ['v1.0-', /v1\.0-[a-f\d]{24}-[a-f\d]{146}/y],
  ['do', /do[oprt]_v1_[a-f\d]{64}/y],
  ['LTAI', /LTAI[A-Za-z\d]{20}(?![A-Za-z\d])/y, 3.5],
  // Models
  ['sk-ant', /sk-ant-(?:api|admin|oat|sid)\d{2}-[\w-]{80,120}/y],
  ['sk-', /sk-(?:proj|svcacct|admin|None)-[\w-]{20,200}/y, 3.5],
  ['sk-', /sk-[A-Za-z\d]{20}T3BlbkFJ[A-Za-z\d]{20}/y],
  ['sk-or-', /sk-or-v1-[a-f\d]{64}/y],
  ['pplx-', /pplx-[A-Za-z\d]{48}/y, 3.5],
  ['hf_', /hf_[A-Za-z]{34}(?![A-Za-z\d])/y, 3],
  ['api_or', /api_org_[A-Za-z]{34}(?![A-Za-z\d])/y, 3],
  ['gsk_', /gsk_[A-Za-z\d]{52}/y],
  ['r8_', /r8_[A-Za-z\d]{37}/y],
  ['xai-', /xai-[A-Za-z\d]{80}/y],
  // Source code and packages
  ['gh', /gh[pousr]_[A-Za-z\d]{36,251}/y, 3],
  ['github', /github_pat_\w{82}/y, 3],
  ['gl', /gl(?:pat|ptt|rt|soat|ffct|dt|cbt|ft|imt|agent|oas)-[\w-]{20,320}(?:\.[\da-z]{2}\.[\da-z]{9})?/y, 3],
  ['GR1348', /GR1348941[\w-]{20}/y, 3],
  ['npm_', /npm_[A-Za-z\d]{36}/y, 3],
  ['pypi-A', /pypi-AgEIcHlwaS5vcmc[\w-]{50,1000}/y],
  ['rubyge', /rubygems_[a-f\d]{48}/y],
  ['oy2', /oy2[a-z\d]{43}(?![A-Za-z\d])/y, 3.5],
  ['ATATT3', /ATATT3[\w\-=]{180,220}/y],
  ['ATCTT3', /ATCTT3[\w\-=]{180,220}/y],
  ['ATBB', /ATBB[A-Za-z\d]{32}/y, 3.5],
  ['AKCp', /AKCp[A-Za-z\d]{69}/y, 3.5],
  ['cmVmdG', /cmVmdGtu[A-Za-z\d]{56}/y, 3.5],
  ['sg', /sg[pd]_(?:[a-fA-F\d]{16}_|local_)?[a-fA-F\d]{40}(?![A-Za-z\d])/y, 3],
  ['sq', /sq[apu]_[a-fA-F\dA-Z]{40}(?![A-Za-z\d])/y, 3],
  // Chat
  ['xox', /xox[abeoprs](?:-\d)?-\d{5,14}-[\w-]{8,200}/y],
  ['xoxe', /xoxe(?:\.xox[bp])?-\d-[A-Za-z\d+/=-]{120,400}/y],
  ['xapp-', /xapp-\d-[A-Z\d]+-\d+-[a-f\d]{20,100}/y],
  ['', /[MNO][A-Za-z\d][\w-]{22,26}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])/y, 3.8],
  // Payment and commerce
  ['sk_ rk_ pk_', /(?:sk|rk|pk)_(?:live|prod)_[A-Za-z\d]{10,247}/y, 3],
  ['sk_ rk_', /(?:sk|rk)_test_[A-Za-z\d]{10,247}/y, 3],
  ['whsec_', /whsec_[A-Za-z\d+/=]{24,80}/y, 3],
  ['sq0', /sq0(?:atp|csp)-[\w-]{22,60}/y, 3],
  ['EAAA', /EAAA[\w-]{60}(?![\w-])/y, 3.5],
  ['EZ', /EZ[AT]K[A-Za-z\d]{54}(?![A-Za-z\d+/])/y, 3.8],
  ['shp', /shp(?:at|ca|pa|ss)_[a-fA-F\d]{32}/y, 3],
  ['access', /access_token\$production\$[\da-z]{16}\$[a-f\d]{32}/y],
  ['shippo', /shippo_(?:live|test)_[a-f\d]{40}/y, 3],
  ['duffel', /duffel_(?:live|test)_[\w=-]{43}/y, 3],
  // Mail and messages
  ['SG.', /SG\.[\w-]{20,24}\.[\w-]{39,50}/y],
  ['key-', /key-[a-f\d]{32}(?![A-Za-z\d])/y, 3],
  ['', /[a-f\d]{32}-us\d{1,2}(?![A-Za-z\d])/y, 3],
  ['xkeysi', /xkeysib-[a-f\d]{64}-[A-Za-z\d]{16}/y],
  ['AC SK', /(?:AC|SK)[a-f\d]{32}(?![A-Za-z\d])/y, 3],
  // Operations
  ['glsa_', /glsa_[A-Za-z\d]{32}_[a-fA-F\d]{8}/y, 3],
  ['glc_', /glc_[A-Za-z\d+/]{32,400}={0,2}/y, 3.5],
  ['hv', /hv[sbr]\.[\w-]{24,300}/y, 3],
  ['', /[A-Za-z\d]{14}\.atlasv1\.[\w-]{60,70}/y],
  ['dp.', /dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z\d.]{40,60}/y, 3],
  ['dapi', /dapi[a-f\d]{32}(?:-\d)?(?![A-Za-z\d])/y, 3],
  ['dt0', /dt0[a-z]\d{2}\.[A-Z\d]{24}\.[A-Z\d]{64}/y],
  ['fo1_', /fo1_[\w-]{43}/y],
  ['fm', /fm[12][ar]?_[A-Za-z\d+/]{100,800}={0,3}/y],
  ['ico-', /ico-[A-Za-z\d]{32}(?![A-Za-z\d])/y, 3],
  ['HRKU-', /HRKU-[\w-]{30,70}/y, 3],
  ['lin_', /lin_(?:api|oauth)_[A-Za-z\d]{40,64}/y, 3],
  ['lin_wh', /lin_wh_[A-Za-z\d]{40}/y, 3],
  ['ntn_', /ntn_[\dA-Za-z]{43,46}(?![A-Za-z\d])/y, 3.5],
  ['secret', /secret_[A-Za-z\d]{43}(?![A-Za-z\d])/y, 3.5],
  ['NRAK-', /NRAK-[A-Z\d]{27}/y, 3],
  ['NRJS-', /NRJS-[a-f\d]{19}/y, 3],
  ['API-', /API-[A-Z\d]{26}(?![A-Za-z\d])/y, 3],
  ['PMAK-', /PMAK-[a-fA-F\d]{24}-[a-fA-F\d]{34}/y, 3],
  ['pnu_', /pnu_[A-Za-z\d]{36}/y, 3],
  ['pscale', /pscale_(?:tkn|pw|oauth)_[\w=.-]{32,64}/y, 3],
  ['pul-', /pul-[a-f\d]{40}/y, 3],
  ['rdme_', /rdme_[a-z\d]{70}/y, 3],
  ['s-s4t2', /s-s4t2(?:ud|af)-[a-f\d]{64}/y],
  ['sbp_', /sbp_[a-f\d]{40}/y, 3],
  ['sha256', /sha256~[\w-]{43}(?![\w-])/y, 3],
  ['sntry', /sntry[su]_[A-Za-z\d+/=_]{60,400}/y, 3],
  ['tk-us-', /tk-us-[\w-]{48}/y, 3],
  ['tfp_', /tfp_[\w.=-]{59}/y, 3],
  ['tskey-', /tskey-(?:api|auth|client|webhook)-[A-Za-z\d]{8,32}-[A-Za-z\d]{16,64}/y, 3],
  ['4b1d', /4b1d[A-Za-z\d]{38}(?![A-Za-z\d])/y, 3.5],
  ['', /[A-Za-z\d]{6}_[A-Za-z\d]{29}_mmk/y],
  ['EAA', /EAA[MC][A-Za-z\d]{100,400}/y, 3],
  ['bkua_', /bkua_[a-f\d]{40}/y, 3],
  ['figd_', /figd_[\w-]{40,80}/y, 3],
  // Vaults and encryption
  ['ops_ey', /ops_eyJ[A-Za-z\d+/]{200,2000}={0,3}/y],
  [
    'A3-',
    /A3-[A-Z\d]{6}-(?:[A-Z\d]{11}|[A-Z\d]{6}-[A-Z\d]{5})-[A-Z\d]{5}-[A-Z\d]{5}-[A-Z\d]{5}(?![A-Z\d])/y,
    3,
  ],
  ['AGE-SE', /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/y, 0],
];

/** By the two characters that a key begins with, as `first * 128 + second`. */
export const formatsByStart: ReadonlyMap<number, readonly KeyFormat[]> = byStart();
/** The same as a table, which is faster to ask at every word. */
export const startsKey = new Uint8Array(128 * 128);
for (const start of formatsByStart.keys()) startsKey[start] = 1;

/** Formats without a plain beginning; tried at long words. */
export const unmarkedFormats: readonly KeyFormat[] = formats
  .filter(([starts]) => starts === '')
  .map(asFormat);

function asFormat([, pattern, entropy = USUAL_ENTROPY]: FormatEntry): KeyFormat {
  return { pattern, entropy };
}

function byStart(): Map<number, KeyFormat[]> {
  const known = new Map<number, KeyFormat[]>();
  for (const entry of formats) {
    for (const start of entry[0].split(' ').filter((text) => text !== '')) {
      const key = start.charCodeAt(0) * 128 + start.charCodeAt(1);
      known.set(key, [...(known.get(key) ?? []), asFormat(entry)]);
    }
  }
  return known;
}
