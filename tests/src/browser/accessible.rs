//! Whether a page is accessible: axe-core in the page, and the page's width.

use std::path::Path;

use serde_json::json;

use super::Browser;

impl Browser {
    /// Runs axe-core and fails on serious or critical findings, or if the page is too wide.
    pub async fn is_accessible(&self, name: &str) {
        self.has_axe().await;
        let script = "const done = arguments[arguments.length - 1];\
            axe.run(document, {resultTypes: ['violations']}).then(found => done(found.violations\
              .filter(one => ['serious', 'critical'].includes(one.impact))\
              .map(one => one.id + ': ' + one.help + ' ' + one.nodes.map(node => node.html).slice(0, 3).join(' | '))),\
              error => done(['axe: ' + error]))";
        let found = self.client.execute_async(script, vec![]).await.expect("axe ends");
        assert_eq!(found, json!([]), "{name}");
        self.fits(name).await;
    }

    /// Fails if the page is wider than the window.
    pub async fn fits(&self, name: &str) {
        let sideways = self.run("return document.documentElement.scrollWidth - innerWidth", vec![]).await;
        assert!(sideways.as_i64().unwrap_or(0) <= 0, "{name} scrolls sideways by {sideways} px");
    }

    /// Half a megabyte that takes longer to hand over than to run, so it goes to the browser once for all pages.
    async fn has_axe(&self) {
        let begin = async || {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/node_modules/axe-core/axe.min.js");
            let source = std::fs::read_to_string(path).unwrap_or_else(|error| {
                panic!("axe-core is not there ({error}): tests/run installs it, or `npm ci --prefix tests/browser`")
            });
            // Not in frames: they are other pages.
            self.on_every_page(&format!("if (window === window.top) {{ {source} }}")).await;
            self.run(&format!("{source}; return true"), vec![]).await;
        };
        self.axe.get_or_init(begin).await;
        // A tab that was opened by a page is a new one to the browser.
        if self.run("return typeof axe", vec![]).await == json!("undefined") {
            begin().await;
        }
    }
}
