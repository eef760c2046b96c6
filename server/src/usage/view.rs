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

    /// The limit is reached.
    pub fn is_full(&self) -> bool {
        self.most > 0 && self.used.is_some_and(|used| used >= self.most)
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
