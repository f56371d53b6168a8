/** Style of the page of a run: the colours of the product's viewer. */
export const LOSS_PAGE_STYLE = `
:root {
  --night: #07090e; --panel: #0d1119; --line: rgb(160 184 230 / 14%); --text: #e8edf7; --soft: #a9b4c8;
  --lamp: #ffb454; --moon: #9db8ff; --good: #6fd6a1; --bad: #ff8f8f;
  color-scheme: dark; color: var(--text); background: var(--night);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
* { box-sizing: border-box; }
[hidden] { display: none; }
body { margin: 0 auto; padding: 28px clamp(12px, 3vw, 40px) 60px; max-width: 1720px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 20px; }
h1 { margin: 0; font-size: 26px; font-weight: 650; letter-spacing: -0.01em; }
h2 { margin: 40px 0 14px; font-size: 17px; font-weight: 600; }
.state { color: var(--soft); }
.state.running::before { content: ''; display: inline-block; width: 8px; height: 8px; margin-right: 8px; border-radius: 50%; background: var(--good); }
.track { height: 4px; margin: 16px 0 20px; border-radius: 2px; background: var(--line); overflow: hidden; }
.track i { display: block; height: 100%; background: var(--lamp); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin: 0; }
.tiles div { padding: 12px 16px; border: 1px solid var(--line); border-radius: 12px; background: var(--panel); min-width: 0; }
.tiles dt { color: var(--soft); font-size: 13px; }
.tiles dd { margin: 0; font-size: 19px; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.samples { padding: 16px; border: 1px solid var(--line); border-radius: 16px; background: var(--panel); }
.samples img { display: block; max-width: 100%; margin: 0 auto; border-radius: 8px; }
.bar { display: flex; align-items: center; gap: 14px; margin-bottom: 14px; }
.bar output { min-width: 6.5em; text-align: right; font-variant-numeric: tabular-nums; }
.bar input { flex: 1; min-width: 80px; accent-color: var(--lamp); }
button { padding: 6px 14px; border: 1px solid var(--line); border-radius: 9px; background: #182032; color: inherit; font: inherit; cursor: pointer; }
button:hover { border-color: var(--lamp); }
:focus-visible { outline: 2px solid var(--moon); outline-offset: 2px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(400px, 100%), 1fr)); align-items: start; gap: 14px; }
figure { margin: 0; padding: 12px 14px 8px; border: 1px solid var(--line); border-radius: 12px; background: var(--panel); }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 16px; margin-bottom: 6px; }
figcaption b { font-weight: 600; overflow-wrap: anywhere; }
figcaption output { color: var(--soft); font-variant-numeric: tabular-nums; }
figcaption .broken { color: var(--bad); }
svg { display: block; width: 100%; height: auto; }
.raw { fill: none; stroke-width: 1; opacity: 0.28; }
.smooth { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.line-0 { stroke: var(--lamp); } .line-1 { stroke: var(--moon); } .line-2 { stroke: var(--good); } .line-3 { stroke: var(--bad); }
i.line-0 { background: var(--lamp); } i.line-1 { background: var(--moon); } i.line-2 { background: var(--good); } i.line-3 { background: var(--bad); }
.key { display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 3px; }
.grid { stroke: var(--line); } .axis { stroke: rgb(160 184 230 / 34%); }
.tick { fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; }
.cursor { stroke: var(--text); stroke-width: 1; opacity: 0.55; }
.cursor[hidden] { display: none; }
.none { color: var(--soft); }
`;
