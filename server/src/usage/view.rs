//! An account's limits and usage, for its page.

use base::config::Config;
use base::error::Result;
use base::i18n::{self, Sentence, Words};
use entity::tenant;

use super::{report, stored};
use crate::tenant::plan;
use crate::usage::UsageContext;

const MB: i64 = 1024 * 1024;
/// Messages of the current month. More than the plan includes are delivered as well.
pub const MESSAGES: &str = "messages";

/// How many sources the account has.
pub const SOURCES: &str = "sources";
/// Megabytes of files that visitors of the account's web chats have sent.
pub(super) const VISITORS: &str = "visitors";
/// Imports in progress.
pub(super) const IMPORTS: &str = "imports";
/// Megabytes of their files.
pub(super) const IMPORTS_SIZE: &str = "imports-size";
/// Of this many percent less an alert is over, so that it does not flicker.
const EASED: i64 = 5;

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitLine {
    /// Message key: `limits-{name}`.
    pub name: &'static str,
    /// `None`: not measured.
    pub used: Option<i64>,
    /// 0: no limit.
    pub most: i64,
    /// In megabytes.
    pub is_size: bool,
    /// Of a measured size, the bytes, for people.
    pub bytes: Option<i64>,
}

impl LimitLine {
    /// Usage and limit as text.
    pub fn text(&self, words: &Words) -> Sentence {
        let key = match (self.used, self.most) {
            (Some(_), 0) => "limits-used-free",
            (Some(_), _) => "limits-used",
            (None, 0) => "limits-free",
            (None, _) => "limits-most",
        };
        self.fill(words.text(key), words)
    }

    /// A sentence with usage and limit.
    pub(super) fn fill(&self, text: Sentence, words: &Words) -> Sentence {
        if !self.is_size {
            return text.with("used", self.used.unwrap_or(0)).with("most", self.most);
        }
        let used = self.bytes.unwrap_or_else(|| self.used.unwrap_or(0).saturating_mul(MB));
        let shown = |bytes: i64| i18n::bytes(u64::try_from(bytes).unwrap_or(0), words.language());
        text.with("used", shown(used)).with("most", shown(self.most.saturating_mul(MB)))
    }

    /// How much of it is used; none if there is no limit, or if it is not measured.
    pub fn percent(&self) -> Option<i64> {
        let used = self.used.filter(|_| self.most > 0)?;
        Some(used.saturating_mul(100) / self.most)
    }

    /// The limit is reached.
    pub fn is_full(&self) -> bool {
        self.most > 0 && self.used.is_some_and(|used| used >= self.most)
    }
}

/// How far a limit is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitStage {
    Free,
    /// Too little for an alert, too much to end one.
    Between,
    Near,
    Reached,
}

impl LimitStage {
    /// The stage at a percentage. `near`: `alerts.limit_percent`, 0 without warnings; `is_open`: there is an alert about it.
    pub fn of(percent: i64, near: i64, is_open: bool) -> Self {
        let warned = if near == 0 { 100 } else { near };
        match percent {
            100.. => Self::Reached,
            percent if percent >= warned => Self::Near,
            percent if is_open && percent < warned - EASED => Self::Free,
            _ => Self::Between,
        }
    }
}

/// Bytes as megabytes, rounded up.
pub(super) fn megabytes(bytes: i64) -> i64 {
    (bytes + MB - 1) / MB
}

/// Megabytes that files of all visitors of an account may take; 0: no limit of their own.
pub(super) fn visitors_mb(config: &Config) -> u32 {
    let share = u64::from(config.media.tenant_mb) * u64::from(config.limits.visitors_percent) / 100;
    u32::try_from(share).unwrap_or(u32::MAX)
}

/// The limits of an account.
pub async fn shown(app: &UsageContext, tenant: &tenant::Model) -> Result<Vec<LimitLine>> {
    let limits = &app.config.limits;
    let id = tenant.tenant_id;
    let stored = stored::of_account(app, id).await.map_err(|error| anyhow::anyhow!(error))?;
    let files = crate::media::kept_bytes(&app.files, id).await?;
    let visitors = crate::media::visitors_bytes(&app.files, id).await?;
    let imports = super::imports(app, id).await?;
    let room = i64::from(app.config.media.tenant_mb);
    let count = |name, used, most: u32| LimitLine { name, used, most: i64::from(most), is_size: false, bytes: None };
    let size = |name, bytes: Option<i64>, most: i64| LimitLine {
        name,
        used: bytes.map(megabytes),
        most,
        is_size: true,
        bytes,
    };
    let mut lines = vec![
        size("stored", Some(stored), i64::from(plan::stored_mb(&app.config, tenant))),
        size("files", Some(files), room),
        size(VISITORS, Some(visitors), i64::from(visitors_mb(&app.config))),
        count(IMPORTS, Some(imports.count), limits.imports_waiting),
        size(IMPORTS_SIZE, Some(imports.bytes), i64::from(limits.imports_waiting_mb)),
        count("requests", None, plan::requests_per_key(&app.config, tenant)),
        size("key-day", None, i64::from(limits.key_mb_per_day)),
    ];
    if let Some(most) = plan::messages_a_month(&app.config, tenant) {
        lines.push(count(MESSAGES, Some(report::messages(app, id).await?), most));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_limited_and_measured_can_be_near_its_limit() {
        let line = |used, most| LimitLine { name: "stored", used, most, is_size: true, bytes: None };
        assert_eq!(line(Some(81), 100).percent(), Some(81));
        assert_eq!(line(Some(81), 0).percent(), None);
        assert_eq!(line(None, 100).percent(), None);
    }

    #[test]
    fn sizes_are_shown_in_their_own_units() {
        let words = Words::new(i18n::Language::En);
        let line = LimitLine { name: "files", used: Some(1), most: 20_480, is_size: true, bytes: Some(3_072) };
        assert_eq!(line.text(&words).to_string().replace('\u{a0}', " "), "3 KB of 20 GB");
        let free = LimitLine { most: 0, bytes: None, ..line };
        assert_eq!(free.text(&words).to_string().replace('\u{a0}', " "), "1 MB, no limit");
    }

    #[test]
    fn an_alert_does_not_flicker() {
        let stage = LimitStage::of;
        assert_eq!(
            (stage(79, 80, false), stage(80, 80, false), stage(100, 80, false)),
            (LimitStage::Between, LimitStage::Near, LimitStage::Reached)
        );
        assert_eq!(
            (stage(75, 80, true), stage(74, 80, true), stage(99, 80, true)),
            (LimitStage::Between, LimitStage::Free, LimitStage::Near)
        );
    }

    #[test]
    fn without_warnings_a_limit_can_still_be_reached() {
        let stage = LimitStage::of;
        assert_eq!(
            (stage(99, 0, false), stage(100, 0, false), stage(95, 0, true), stage(94, 0, true)),
            (LimitStage::Between, LimitStage::Reached, LimitStage::Between, LimitStage::Free)
        );
    }
}
