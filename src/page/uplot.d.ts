/** What the daemon serves beside the page's scripts: uPlot's ES module, which lies in node_modules as uPlot.esm.js. */
import uPlot from 'uplot';

export default uPlot;
