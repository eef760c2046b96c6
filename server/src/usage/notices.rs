//! What an account's people read above the pages about a limit that is nearly used up, or is: from the open alerts about
//! limits, so that no page measures anything for it. What has changed since the last look ends a notice at once: another
//! plan, a new month, a deleted source.

use base::i18n::{Sentence, Words};
use entity::tenant;
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::view::{IMPORTS, IMPORTS_SIZE, VISITORS, megabytes, visitors_mb};
use super::{LimitLine, LimitStage, MESSAGES, Month, SOURCES, imports};
use crate::tenant::{TenantStatus, plan};
use crate::usage::UsageContext;
use crate::{alert, source};

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
