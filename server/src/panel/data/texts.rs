//! The account's choice of how long texts are kept.

use base::error::Error;
use base::i18n::LocalizedText;
use serde::Deserialize;
use serde_json::json;

use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, Form, Member, Notice, Right, Tone};
use crate::tenant;

/// Offered retention periods, in days.
const OFFERED: [u32; 8] = [0, 1, 3, 7, 14, 30, 60, 90];

/// One offered period.
pub(super) struct KeptPeriod {
    /// `None`: the default.
    pub days: Option<u32>,
    pub chosen: bool,
}

/// The periods an account may choose from, always including its current one.
pub(super) fn offered(app: &PanelContext, own: Option<u32>) -> Vec<KeptPeriod> {
    let most = tenant::most_days(app);
    let mut days: Vec<u32> = OFFERED.into_iter().filter(|days| *days <= most).chain(own).collect();
    days.sort_unstable();
    days.dedup();
    let all = std::iter::once(None).chain(days.into_iter().map(Some));
    all.map(|days| KeptPeriod { days, chosen: days == own }).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetentionForm {
    days: String,
}

/// `POST /panel/data/texts`
pub(super) async fn choose(app: AppData, member: Member, chosen: Form<RetentionForm>) -> Answer {
    member.require(Right::EraseData)?;
    let days = match chosen.days.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::Malformed(LocalizedText::new("said-form-deed")))?),
    };
    let tenant_id = member.tenant_id;
    tenant::keep_texts(&app, tenant_id, days).await?;
    member.audit(&app, app.store.write(), "data.term_changed", "", json!({ "days": days })).await?;
    let notice = Notice::of(Tone::Ok, member.words.text("data-retention-saved"));
    member.see_other(&app, "/panel/data", notice).await
}
