import { paletteRules } from './palette.ts';

/** The style sheet of the page. Nothing in it is fetched from anywhere. */
export const pageStyle = `${paletteRules}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header,footer{max-width:1180px;margin:0 auto;padding:0 16px}
header{padding-top:28px}
h1{font-size:1.75rem;line-height:1.25;margin:0 0 4px}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 8px}
h3{font-size:1rem;line-height:1.35;margin:0}
p{margin:0 0 12px}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.quiet{color:var(--quiet)}
.notice{border-left:4px solid var(--series-1);background:var(--raised);padding:8px 12px}
nav ul{display:flex;flex-wrap:wrap;gap:6px 18px;list-style:none;margin:16px 0 0;padding:10px 0;border-block:1px solid var(--line)}
section{padding:28px 0 8px}
section+section{border-top:1px solid var(--line)}
.verdict{max-width:75ch}
.verdict strong{font-weight:650}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:16px;margin:16px 0}
figure{margin:0;padding:14px 12px 12px;background:var(--raised);border:1px solid var(--line);border-radius:8px;display:flex;flex-direction:column}
figure svg{display:block;width:100%;max-width:430px;height:auto;margin:10px 0 6px}
figure p{margin:0;font-size:.875rem}
.where{color:var(--quiet);font-size:.875rem}
figcaption{font-size:.875rem;color:var(--quiet)}
summary{cursor:pointer;padding:6px 0;font-weight:600}
.scroll{overflow-x:auto;margin:4px 0 16px}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:4px 12px 4px 0;text-align:right;white-space:nowrap;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0;border-bottom:2px solid var(--axis)}
th.name,td.name{text-align:left}
tbody th{font-weight:600;max-width:16rem;white-space:normal}
td.best{font-weight:700}
.mark{display:inline-block;min-width:3.6em;margin-left:6px;text-align:left;font-size:.8125rem;color:var(--quiet)}
.best .mark span{color:var(--best);background:var(--best-ground);border-radius:4px;padding:0 5px;font-weight:600}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 18px;margin:0 0 16px}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
li,p,h1,thead th{overflow-wrap:anywhere}
footer{padding-top:16px;padding-bottom:40px;border-top:1px solid var(--line);font-size:.875rem}
@media (max-width:640px){body{font-size:15px}h1{font-size:1.4rem}dl{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:8px}figure{padding:12px 6px}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{nav{display:none}body{font-size:11pt}figure,tr{break-inside:avoid}figure{background:none}h2,h3,summary{break-after:avoid}.charts{grid-template-columns:1fr 1fr}.scroll{overflow:visible}table{font-size:8pt}}
`;
