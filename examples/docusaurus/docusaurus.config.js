export default {
    title: "Walks",
    url: "https://your.host",
    baseUrl: "/docusaurus/",
    onBrokenLinks: "throw",
    // The folder of a built site; where it is on another server, its whole address.
    scripts: [{ src: "/pagewalk/page-walk.js", async: true }],
    presets: [["classic", { blog: false, docs: { routeBasePath: "/" } }]],
    themeConfig: { navbar: { title: "Walks" } },
};
