//! An account's limits and usage, for its page.

use base::error::Result;
use base::i18n::{Sentence, Words};
use entity::tenant;

use super::{report, stored};
use crate::tenant::plan;
use crate::usage::UsageContext;

const MB: i64 = 1024 * 1024;
/// Messages of the current month. More than the plan includes are delivered as well.
pub const MESSAGES: &str = "messages";

/// How many sources the account has.
pub const SOURCES: &str = "sources";
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
}

impl LimitLine {
    /// Usage and limit as text.
    pub fn text(&self, words: &Words) -> Sentence {
        let size = if self.is_size { "-mb" } else { "" };
        let key = match (self.used, self.most) {
            (Some(_), 0) => format!("limits-used{size}-free"),
            (Some(_), _) => format!("limits-used{size}"),
            (None, 0) => "limits-free".to_owned(),
            (None, _) => format!("limits-most{size}"),
        };
        words.text(key).with("used", self.used.unwrap_or(0)).with("most", self.most)
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

/// The limits of an account.
pub async fn shown(app: &UsageContext, tenant: &tenant::Model) -> Result<Vec<LimitLine>> {
    let limits = &app.config.limits;
    let id = tenant.tenant_id;
    let stored = stored::of_account(app, id).await.map_err(|error| anyhow::anyhow!(error))?;
    let files = crate::media::kept_bytes(app, id).await?;
    let visitors = crate::media::visitors_bytes(app, id).await?;
    let imports = super::imports(app, id).await?;
    let room = i64::from(app.config.media.tenant_mb);
    let count = |name, used, most: u32| LimitLine { name, used, most: i64::from(most), is_size: false };
    let size = |name, used: Option<i64>, most: i64| {
        let used = used.map(|bytes| (bytes + MB - 1) / MB);
        LimitLine { name, used, most, is_size: true }
    };
    let mut lines = vec![
        size("stored", Some(stored), i64::from(plan::stored_mb(&app.config, tenant))),
        size("files", Some(files), room),
        size("visitors", Some(visitors), room * i64::from(limits.visitors_percent) / 100),
        count("imports", Some(imports.count), limits.imports_waiting),
        size("imports-size", Some(imports.bytes), i64::from(limits.imports_waiting_mb)),
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
        let line = |used, most| LimitLine { name: "stored", used, most, is_size: true };
        assert_eq!(line(Some(81), 100).percent(), Some(81));
        assert_eq!(line(Some(81), 0).percent(), None);
        assert_eq!(line(None, 100).percent(), None);
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
