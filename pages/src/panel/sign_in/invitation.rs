//! Invitations: accepted as the last step of a sign-in, or by a person who has just proved their identity.

use actix_web::{HttpRequest, web};
use base::browser::client_address;
use base::error::{Error, Result};
use base::i18n::Language;
use base::store::finish_tx;
use domain::audit::{self, Actor, AuditEntry};
use domain::identity::link::{self, Purpose, SignInLink};
use domain::identity::realm::masked_csrf;
use domain::identity::realm::{self, Realm};
use domain::identity::{credentials, member, person as persons};
use domain::tenant;
use entity::{person, session};
use serde_json::json;
use uuid::Uuid;

use super::into::{SignInProof, into, named};
use super::link::{LinkTokenForm, LinkTokenQuery, OpenLinkPage, used};
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, Form, PageContext};

/// Where a sign-in continues if it was started from an invitation.
pub(super) const PATH: &str = "/panel/invitation";

/// The invitation of a token, with its account, if it is for the person of this session.
async fn of_session(app: &PanelContext, session: &session::Model, token: &str) -> Result<Option<(SignInLink, Uuid)>> {
    let person_id = session.person_id.filter(|_| matches!(session.via.as_str(), "password" | "link"));
    let fits = |link: &SignInLink| link.purpose == Purpose::Invitation && Some(link.person_id) == person_id;
    let found = link::look(&app.identity, token).await?.filter(fits);
    Ok(found.and_then(|link| Some((link, link.tenant_id?))))
}

/// `GET /panel/invitation?token=…`: asks for confirmation. Opening the address alone changes nothing.
pub(super) async fn show(app: AppData, request: HttpRequest, asked: web::Query<LinkTokenQuery>) -> Answer {
    let Some(session) = realm::session(&request, Realm::Panel).await? else { return used(&app, &request) };
    let Some((_, tenant_id)) = of_session(&app, &session, &asked.token).await? else { return used(&app, &request) };
    let tenant = tenant::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    let integration = app.integrations.named(&tenant.integration);
    let mut page = PageContext::outside(&app, &request, "invitation-title").of_brand(&app, integration.as_deref());
    page.words = page.words.in_language(Language::of_code(&session.language).unwrap_or(page.words.language()));
    page.title = page.words.text("invitation-title").to_string();
    page.csrf_token = masked_csrf(&session.csrf);
    let text = page.words.text("invitation-text").with("account", tenant.host.as_str()).to_string();
    OpenLinkPage::new(page, (PATH, "token"), asked.token.clone(), text, "invitation-button").shown()
}

/// `POST /panel/invitation`
pub(super) async fn take(app: AppData, request: HttpRequest, form: Form<LinkTokenForm>) -> Answer {
    let session = realm::session(&request, Realm::Panel).await?.ok_or(Error::NotFound)?;
    let Some((found, _)) = of_session(&app, &session, &form.token).await? else { return used(&app, &request) };
    let person = persons::by_id(app.store.read(), found.person_id).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none() && person.proved_at.is_some()) else {
        return used(&app, &request);
    };
    if link::take(&app.identity, &form.token).await?.is_none() {
        return used(&app, &request);
    }
    let proof = SignInProof {
        via: session.via.clone(),
        tenant_id: found.tenant_id,
        invitation: true,
        session: Some(session),
        to: "/panel".to_owned(),
    };
    into(&app, &request, &person, &proof).await
}

/// Makes the checked person a member and returns their new state. `session`: identifies the person if nothing else was
/// checked. `None` if the invitation was withdrawn, or the password, authenticator or session has changed.
pub(super) async fn accept(
    app: &PanelContext,
    request: &HttpRequest,
    tenant_id: Uuid,
    person: &person::Model,
    session: Option<&session::Model>,
) -> Result<Option<person::Model>> {
    let actor = Actor::Member { person_id: person.id, name: named(person) };
    let tx = app.store.write_tx().await?;
    let done = async {
        let holds = match session {
            Some(session) => credentials::hold_in(&app.identity, &tx, person, session).await?,
            None => credentials::hold(&tx, person).await?,
        };
        if !holds || !member::accept(&app.identity, &tx, tenant_id, person.id).await? {
            return Ok(None);
        }
        let (object, detail) = (person.id.to_string(), json!({}));
        let address = client_address(request, &app.config.server.trusted_proxies);
        let action = "member.joined";
        let deed = AuditEntry { tenant_id, actor: &actor, action, object: &object, detail, address, done: true };
        audit::record(app, &tx, deed).await?;
        // Under the lock taken above, so that nothing can change in between.
        persons::by_id(&tx, person.id).await
    };
    let done = done.await;
    Ok(finish_tx(tx, done).await?)
}
