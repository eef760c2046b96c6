//! Looks for what is wrong in accounts and shows in stored figures only: messages that are late or undelivered, sources
//! that messengers refuse or that are unusually quiet, sides that do not answer, limits that are nearly reached. What
//! one call proves at once (access refused, an account not paid) raises its alert where it is seen.
//!
//! ```text
//! every minute, one process: a page of accounts ─▶ a fixed number of statements ─▶ findings ─▶ raise · resolve
//! ```
//!
//! No message is read: counts come from the ledger, ages from the queue, times from the latest attempts of an account
//! whose queue is old.

mod limits;
mod lines;
mod page;
mod pulse;
mod quiet;
mod undelivered;

use std::time::Duration;

use crate::usage::UsageContext;
use page::Findings;
use page::Page;

/// Pause between two pages of accounts, so that a round puts little load on the database.
const BETWEEN_PAGES: Duration = Duration::from_millis(100);

/// Checks all accounts once, but for their limits. The steps are boxed: together their futures are larger than a thread's
/// stack in a debug build.
pub async fn round(app: &UsageContext) -> anyhow::Result<()> {
    let mut after = None;
    let mut everybody = quiet::Everybody::default();
    let mut silent = Vec::new();
    loop {
        let page = Box::pin(Page::read(app, after)).await?;
        let Some(last) = page.last() else { break };
        after = Some(last);
        let mut findings = Findings::default();
        lines::look(app, &page, &mut findings);
        undelivered::unreachable_sides(&page, &mut findings);
        Box::pin(undelivered::late_messages(app, &page, &mut findings)).await?;
        let pulses = Box::pin(pulse::look(app, &page)).await?;
        Box::pin(undelivered::dead_letters(app, &page, &pulses)).await?;
        silent.extend(quiet::look(app, &page, &pulses, &mut everybody));
        Box::pin(findings.settle(app, &page)).await?;
        if page.is_last() {
            break;
        }
        tokio::time::sleep(BETWEEN_PAGES).await;
    }
    Box::pin(quiet::settle(app, silent, &everybody)).await
}

/// Checks the limits of all accounts once, and notes what they have for the month's invoice.
pub async fn limits(app: &UsageContext) -> anyhow::Result<()> {
    Box::pin(limits::round(app)).await
}
