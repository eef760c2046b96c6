//! Defects of the review by people, each as a person would see it again. They are numbered D1 to D28 as there:
//!
//! | defects | where |
//! | --- | --- |
//! | D1, D3, D4, D5 | `site_chat/first_message.rs` |
//! | D2, D6, D8, D9, D10, D12 | `defects/overview.rs` |
//! | D7 | `site_chat/settings.rs` |
//! | D11, D15, D16, D18, D20, D22, D23, D27 | `defects/account.rs` |
//! | D13, D14, D24 | `defects/demo.rs` |
//! | D17 | `defects/waiting.rs` |
//! | D19, D21 | `layout.rs` |
//! | D25, D26 | `defects/outside.rs`; the sentences of D26 on a terminal are in `tests/it/cli.rs` |
//! | D28 | `site_chat/look.rs` |

mod account;
mod demo;
mod outside;
mod overview;
mod waiting;

use parom_tests::Browser;
use serde_json::json;

/// The text at a selector, with plain spaces.
async fn text_at(browser: &Browser, selector: &str) -> String {
    let script = "const one = document.querySelector(arguments[0]); return one ? one.innerText : ''";
    browser.run(script, vec![json!(selector)]).await.as_str().unwrap_or_default().replace('\u{a0}', " ")
}

/// The moment of the first `<time>` at a selector, in milliseconds since 1970.
async fn moment_at(browser: &Browser, selector: &str) -> i64 {
    let script = "return document.querySelector(arguments[0])?.dateTime ?? ''";
    let written = browser.run(script, vec![json!(format!("{selector} time"))]).await;
    let written = written.as_str().unwrap_or_default();
    let moment = chrono::DateTime::parse_from_rfc3339(written);
    moment.unwrap_or_else(|error| panic!("{selector} has no time: {written:?}: {error}")).timestamp_millis()
}
