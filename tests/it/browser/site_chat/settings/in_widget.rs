//! The settings of a new chat in the widget's form.

use parom_tests::{Browser, Place};

use super::super::super::{installed, opens_widget, presses, types};
use super::until;

/// D7: a wrong zone or line of hours is marked at its field in the widget.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_in_the_hours_is_marked_in_the_widget() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, _) = installed().await;
    opens_widget(&browser, &world).await;
    presses(&browser, "add").await;
    presses(&browser, "kind-webchat").await;
    types(&browser, "field-name", "Shop chat").await;
    presses(&browser, "more").await;
    types(&browser, "field-working_hours.hours", "every day").await;
    types(&browser, "field-working_hours.time_zone", "Mars").await;
    presses(&browser, "create").await;
    for field in ["hours", "time_zone"] {
        let marked = format!(
            "document.querySelector('[data-key=\"field-working_hours.{field}\"]')?.getAttribute('aria-invalid')"
        );
        until(&browser, "the field is marked", &marked).await;
    }
    browser.close().await;
    world.close().await;
}
