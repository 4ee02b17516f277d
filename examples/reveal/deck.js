const deck = new Reveal();
deck.initialize({ hash: true, transition: "none", controls: false, progress: false, plugins: [PageWalks] });
