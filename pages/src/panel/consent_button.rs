//! The button that opens a messenger's own page, in the wizard and on the page for a source's access.

use base::error::Result;
use base::i18n::Sentence;
use domain::identity::ticket::{self, TicketTarget, TicketUser};

use super::{Member, PanelContext};

/// The button that opens the messenger's page.
pub struct ConsentButton {
    pub href: String,
    pub label: Sentence,
    pub hint: Sentence,
    /// The messenger's page refuses to be framed, so it opens in a new tab.
    pub in_tab: bool,
}

impl ConsentButton {
    /// None if the kind has no such page here.
    pub async fn of(app: &PanelContext, member: &Member, kind: &'static str) -> Result<Option<Self>> {
        if app.connectors.get(kind).is_none_or(|connector| connector.consent_page().is_none()) {
            return Ok(None);
        }
        let href = match member.session.crm_user_id.filter(|_| member.here.framed) {
            // A new tab does not have the cookie of amoCRM's frame.
            Some(id) => {
                let is_admin = member.session.is_admin;
                let user = TicketUser { id, name: member.name.clone(), is_admin };
                let leads = TicketTarget::Connect(kind.to_owned());
                ticket::url_of_page(&app.identity, member.tenant_id, &user, leads).await?
            }
            None => format!("/panel/sources/new/{kind}/consent"),
        };
        let words = member.words;
        Ok(Some(Self {
            href,
            label: words.text_of("wizard-consent-", kind),
            hint: words.text_of("wizard-consent-hint-", kind),
            in_tab: member.here.framed,
        }))
    }
}
