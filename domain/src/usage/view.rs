//! An account's limits and usage, for its page.

use base::config::Config;
use base::error::Result;
use base::i18n::{self, Sentence, Words};
use entity::tenant;
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Month, UsageContext, imports, report, stored};
use crate::tenant::{TenantStatus, plan};
use crate::{alert, source};

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

// What an account's people read above the pages about a limit that is nearly used up, or is: from the open alerts about
// limits, so that no page measures anything for it. What has changed since the last look ends a notice at once: another
// plan, a new month, a deleted source.

/// The limits that are shown, in this order. The two others of an account, requests a second and megabytes a day of an API key,
/// are rates that each process counts for itself: nothing is used up that a person could free or order in advance.
const SHOWN: [&str; 7] = [SOURCES, MESSAGES, "stored", "files", VISITORS, IMPORTS, IMPORTS_SIZE];
/// Those beyond which something is lost or refused to customers and programs; beyond the others something waits or costs more.
const LOSING: [&str; 3] = ["stored", "files", VISITORS];

/// Those that are shown in the unit that fits them.
const SIZES: [&str; 4] = ["stored", "files", VISITORS, IMPORTS_SIZE];

/// What an alert about a limit stores.
#[derive(Debug, Serialize, Deserialize)]
struct LimitDetail {
    limit: String,
    used: i64,
    most: i64,
    percent: i64,
    /// Of a size, the bytes that are used, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<i64>,
    /// Of [`MESSAGES`], the month that was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    month: Option<i32>,
}

/// The detail of an alert about a limit.
pub fn detail(line: &LimitLine, percent: i64, now: i64) -> Value {
    let month = (line.name == MESSAGES).then(|| Month::at(now).number());
    let (limit, used, most) = (line.name.to_owned(), line.used.unwrap_or(0), line.most);
    json!(LimitDetail { limit, used, most, percent, bytes: line.bytes, month })
}

/// Whether an alert with this detail is about a limit that has its sentence above every page.
pub fn is_noticed(detail: &str) -> bool {
    named(detail).is_some_and(|limit| SHOWN.contains(&limit.as_str()))
}

/// Whether it is about the space of files.
pub fn is_about_files(detail: &str) -> bool {
    named(detail).is_some_and(|limit| limit == "files")
}

fn named(detail: &str) -> Option<String> {
    serde_json::from_str::<LimitDetail>(detail).ok().map(|detail| detail.limit)
}

/// A sentence about a limit.
#[derive(Debug)]
pub struct LimitNotice {
    pub text: Sentence,
    /// Something is refused or replaced because of it.
    pub is_bad: bool,
}

/// The notices of an account whose open alerts about limits have these details, as they are stored.
pub async fn limit_notices(
    app: &UsageContext,
    tenant: &tenant::Model,
    details: &[String],
    words: Words,
) -> Result<Vec<LimitNotice>, DbErr> {
    let mut notices = Vec::new();
    if details.is_empty() || !TenantStatus::stored(tenant).was_connected() {
        return Ok(notices);
    }
    let details: Vec<LimitDetail> = details.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    let near = i64::from(app.config.alerts.limit_percent);
    for name in SHOWN {
        let Some(detail) = details.iter().find(|detail| detail.limit == name) else { continue };
        let Some(line) = line(app, tenant, name, detail).await? else { continue };
        let stage = match LimitStage::of(line.percent().unwrap_or(0), near, true) {
            LimitStage::Free => continue,
            LimitStage::Between | LimitStage::Near if near == 0 => continue,
            LimitStage::Between | LimitStage::Near => "near",
            LimitStage::Reached => "reached",
        };
        let text = words.text(format!("limit-notice-{name}-{stage}"));
        notices
            .push(LimitNotice { text: line.fill(text, &words), is_bad: stage == "reached" && LOSING.contains(&name) });
    }
    Ok(notices)
}

/// The same for a reader who has not read the account's alerts: one statement more.
pub async fn open_limit_notices(
    app: &UsageContext,
    tenant: &tenant::Model,
    words: Words,
) -> Result<Vec<LimitNotice>, DbErr> {
    let details = alert::limit_details(app.store.read(), tenant.tenant_id).await?;
    limit_notices(app, tenant, &details, words).await
}

/// The limit as it is now; none if the account no longer has it, or if another month is counted now.
async fn line(
    app: &UsageContext,
    tenant: &tenant::Model,
    name: &'static str,
    detail: &LimitDetail,
) -> Result<Option<LimitLine>, DbErr> {
    let config = &app.config;
    let mut bytes = detail.bytes;
    let (used, most) = match name {
        SOURCES => {
            let used = i64::try_from(source::count(&app.sources, tenant.tenant_id).await?).unwrap_or(i64::MAX);
            (used, source::limit_of(&app.sources, tenant))
        }
        MESSAGES if detail.month != Some(Month::at(app.clock.millis()).number()) => return Ok(None),
        MESSAGES => (detail.used, plan::messages_a_month(config, tenant).unwrap_or(0)),
        "stored" => (detail.used, plan::stored_mb(config, tenant)),
        VISITORS => (detail.used, visitors_mb(config)),
        // Imports end within minutes: an open alert about them is worth a statement.
        IMPORTS => (imports(app, tenant.tenant_id).await?.count, config.limits.imports_waiting),
        IMPORTS_SIZE => {
            let used = imports(app, tenant.tenant_id).await?.bytes;
            bytes = Some(used);
            (megabytes(used), config.limits.imports_waiting_mb)
        }
        _ => (detail.used, config.media.tenant_mb),
    };
    let is_size = SIZES.contains(&name);
    Ok(Some(LimitLine { name, used: Some(used), most: i64::from(most), is_size, bytes: bytes.filter(|_| is_size) }))
}

#[cfg(test)]
mod tests {
    use super::*;

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
