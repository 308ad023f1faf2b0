import { remit } from './bench/decide/remit.ts';
import { LimitCounters } from '@remit/enforce';
const cpu = (n: number, f: (i: number) => void) => { const c = process.threadCpuUsage(); for (let i=0;i<n;i++) f(i); const u=process.threadCpuUsage(c); return ((u.user+u.system)/n).toFixed(2); };
const d10 = remit(10), d1000 = remit(1000);
for (let r=0;r<4;r++) console.log('decide 10:', cpu(40000, ()=>{d10()}), 'decide 1000:', cpu(40000, ()=>{d1000()}));
const rule={name:'r',file:'f',line:1};
for (let r=0;r<4;r++) { const l = new LimitCounters(); let at=0;
 const rs=[{key:'calls/60000/agent=a',max:1e6,window_ms:60000,rule},{key:'c/agent=a',max:50,rule},{key:'sum/agent=a',max:1e9,window_ms:86400000,sum:'12.5',rule},{key:'d/agent=a',max:5000,period:{unit:'day' as const,timezone:'Europe/Berlin'},distinct:['"x"'],rule}];
 console.log('reserve+settle 4 limits:', cpu(40000, i=>{at+=1; const id='a'+i; if(!l.reserve({id,agent:'a'},rs,1.7e12+at).ok) throw 1; l.settle(id,true)}), '1 calls limit:', cpu(40000, i=>{at+=1; const id='b'+i; l.reserve({id,agent:'b'},[rs[0]!],1.7e12+at); l.settle(id,true)})); }
