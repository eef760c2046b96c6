//! What became of the vendor's agreement in an account, for the panel and the admin.

use base::i18n::{Sentence, When, Words, Zone};
use entity::tenant;
use sea_orm::DbErr;

use crate::legal::{Agreement, consent};
use crate::panel::PanelContext;

/// The agreement and its acceptance.
pub struct AgreementShown {
    /// Empty if neither an agreement nor a consent exists.
    pub text: Option<Sentence>,
    /// The page with the present text; none if the vendor has no agreement.
    pub href: Option<String>,
    /// What was accepted is not the present text.
    pub is_changed: bool,
}

impl AgreementShown {
    pub async fn of(app: &PanelContext, tenant: &tenant::Model, words: Words) -> Result<Self, DbErr> {
        let integration = app.integrations.named(&tenant.integration);
        let present = Agreement::of(app, integration.as_deref(), words.language());
        let href = present.as_ref().map(|agreement| agreement.address(app));
        let Some(given) = consent::last(app.store.read(), tenant.tenant_id).await? else {
            let crm = integration.map_or("amoCRM", |integration| integration.platform.brand());
            let text = href.as_ref().map(|_| words.text("data-agreement-missing").with("crm", crm));
            return Ok(Self { text, href, is_changed: false });
        };
        let who = if given.user_name.is_empty() {
            words.text("data-agreement-administrator").to_string()
        } else {
            given.user_name.clone()
        };
        let time = When::new(given.created_at, app.clock.millis(), Zone::named(&tenant.time_zone), words).exact();
        let text = words
            .text("data-agreement-given")
            .with("who", who)
            .with("time", time)
            .with("version", given.version.as_str());
        let is_changed = !Agreement::is_current(app, integration.as_deref(), &given);
        Ok(Self { text: Some(text), href, is_changed })
    }
}
