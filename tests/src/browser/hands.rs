//! A person's hands: pressing, typing, choosing.

use fantoccini::actions::{InputSource as _, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use serde_json::json;

use super::{Browser, DevTools, LIMIT, TICK};

impl Browser {
    /// Types into the focused element.
    pub async fn types(&self, text: &str) {
        let told = DevTools("Input.insertText".to_owned(), json!({"text": text}));
        self.client.issue_cmd(told).await.expect("the browser types");
    }

    /// Presses a key by its name (`Enter`, `Escape`, `Tab`, `ArrowRight`).
    pub async fn presses_key(&self, key: &str) {
        let text = if key == "Enter" { "\r" } else { "" };
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            "ArrowRight" => 39,
            _ => 0,
        };
        for (kind, text) in [("keyDown", text), ("keyUp", "")] {
            let pressed = json!({"type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code});
            let told = DevTools("Input.dispatchKeyEvent".to_owned(), pressed);
            self.client.issue_cmd(told).await.expect("the browser takes a key");
        }
    }

    /// Clicks the element of a selector.
    pub async fn press(&self, selector: &str) {
        self.uses(selector, async |element| element.click().await).await;
    }

    /// Clicks it twice at once.
    pub async fn press_twice(&self, selector: &str) {
        let element = self.find(selector).await;
        let center = "arguments[0].scrollIntoView({block: 'center'})";
        let argument = serde_json::to_value(&element).expect("an element is a value");
        self.client.execute(center, vec![argument]).await.expect("it can be scrolled to");
        let button = fantoccini::actions::MOUSE_BUTTON_LEFT;
        let twice = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 })
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button })
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button });
        self.client.perform_actions(twice).await.expect("a hand can press it");
    }

    /// Clicks the button or link with this text, once it is visible.
    pub async fn press_words(&self, words: &str) {
        let script = "const wanted = arguments[0], norm = text => text.replace(/\\s+/g, ' ').trim();\
            const all = [...document.querySelectorAll('button, a, summary, label, input[type=submit]')];\
            const found = all.find(one => norm(one.textContent || one.value || '') === wanted && one.getClientRects().length);\
            if (!found) return false; found.scrollIntoView({block: 'center'}); found.click(); return true";
        self.until(&format!("“{words}” can be pressed"), async || {
            self.run(script, vec![json!(words)]).await.as_bool().unwrap_or(false)
        })
        .await;
    }

    /// Clears a field and types into it.
    pub async fn fill(&self, selector: &str, text: &str) {
        let fills = async |field: Element| {
            field.clear().await?;
            field.send_keys(text).await
        };
        self.uses(selector, fills).await;
    }

    /// Chooses an option of a `<select>` by its value.
    pub async fn choose(&self, selector: &str, value: &str) {
        self.uses(selector, async |choice| choice.select_by_value(value).await).await;
    }

    /// Does something with the element of a selector. A page that is drawn again replaces its elements, or has another one
    /// in front for a moment: the browser has done nothing then, and it is done with the new element.
    async fn uses(&self, selector: &str, act: impl AsyncFn(Element) -> Result<(), CmdError>) {
        let mut last = None;
        let using = async {
            let mut ticks = tokio::time::interval(TICK);
            while let Err(error) = act(self.find(selector).await).await {
                assert!(is_drawn_again(&error), "{selector} cannot be used: {error}");
                last = Some(error);
                ticks.tick().await;
            }
        };
        if tokio::time::timeout(LIMIT, using).await.is_err() {
            panic!("{selector} cannot be used: {last:?}; the page says: {}", self.text().await);
        }
    }
}

/// Whether the element was replaced, covered or not shown yet.
fn is_drawn_again(error: &CmdError) -> bool {
    use ErrorStatus::{ElementClickIntercepted, ElementNotInteractable, StaleElementReference};
    let early = [ElementClickIntercepted, ElementNotInteractable, StaleElementReference];
    matches!(error, CmdError::Standard(refused) if early.contains(&refused.error))
}
