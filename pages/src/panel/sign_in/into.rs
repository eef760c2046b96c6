//! Opens a session after the person has proved their identity.

use base::browser::client_address;
use domain::audit::{self, Actor, AuditEntry};
use domain::identity::realm::{self, Realm};
use domain::identity::session::{self, NewSession, SessionKind};
use domain::identity::throttle::AttemptOrigin;
use domain::identity::{credentials, member, person as persons, reauthentication, throttle};
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use base::error::{Error, Result};
use base::i18n::Language;
use base::store::{VENDOR, finish_tx};
use entity::{person, session as session_row};
use sea_orm::DbErr;
use uuid::Uuid;

use super::invitation;
use super::link::used;
use crate::panel::to;
use crate::panel::{Answer, PanelContext};

/// This entrance's name in the throttle.
pub(in crate::panel) const DOOR: &str = "panel";

/// What was proved, and where to continue.
#[derive(Clone, Debug)]
pub(super) struct SignInProof {
    /// `password`, `link` (mailed), `handed`
    pub via: String,
    /// The account it is limited to, if any.
    pub tenant_id: Option<Uuid>,
    /// Also accepts that account's invitation.
    pub invitation: bool,
    /// The session that identifies the person, if there is one.
    pub session: Option<Arc<session_row::Model>>,
    /// A path of the panel.
    pub to: String,
}

/// The path if it belongs to the panel, otherwise the default, because return addresses come from the address bar.
pub(super) fn safe(path: &str) -> &str {
    let inside = path == "/panel" || path.starts_with("/panel/") || path.starts_with("/panel?");
    let plain = path.bytes().all(|sign| sign.is_ascii_graphic() && sign != b'\\') && !path.contains("//");
    let doors = ["/panel/sign-in", "/panel/link", "/panel/enter", "/panel/choose", "/panel/sign-out", "/panel/events"];
    if inside && plain && !doors.iter().any(|door| path.starts_with(door)) { path } else { "/panel" }
}

/// Opens the session and redirects: into the account if there is exactly one to enter, otherwise to the choice. All
/// checks have passed by now, so an invitation is accepted here and not earlier.
pub(super) async fn into(
    app: &PanelContext,
    request: &HttpRequest,
    person: &person::Model,
    proof: &SignInProof,
) -> Answer {
    // After accepting the invitation, which may remove credentials, the new state is used. Otherwise the state that was
    // checked is used, because the person may have changed since.
    let person = match proof.tenant_id.filter(|_| proof.invitation) {
        None => person.clone(),
        Some(tenant_id) => match invitation::accept(app, request, tenant_id, person, proof.session.as_deref()).await? {
            Some(joined) => joined,
            None => return used(app, request),
        },
    };
    let accounts = member::accounts(&app.identity, person.id).await?;
    let wanted = match proof.tenant_id {
        Some(wanted) => accounts.iter().find(|(tenant, _)| tenant.tenant_id == wanted),
        None if accounts.len() == 1 => accounts.first(),
        None => None,
    };
    if proof.via == "handed" && wanted.is_none() {
        return Err(Error::NotFound);
    }
    let tenant_id = wanted.map_or(VENDOR, |(tenant, _)| tenant.tenant_id);
    let language = Language::of_request(request);
    persons::set_language(app.store.write(), person.id, language).await?;
    let place = if tenant_id == VENDOR { choice(&proof.to) } else { proof.to.clone() };
    let Some((opened, answer)) = open(app, request, &person, tenant_id, (&proof.via, None), &place).await? else {
        return Ok(to("/panel/sign-in"));
    };
    if matches!(proof.via.as_str(), "link" | "handed") {
        reauthentication::by_link(&app.identity, &opened).await?;
    }
    Ok(answer)
}

fn choice(to: &str) -> String {
    if to == "/panel" {
        return "/panel/choose".to_owned();
    }
    if to.starts_with(invitation::PATH) {
        return to.to_owned();
    }
    let mut query = url::form_urlencoded::Serializer::for_suffix("/panel/choose?".to_owned(), "/panel/choose?".len());
    query.append_pair("to", to).finish()
}

/// A new session with a new token; the previous one ends. `None` if the password or authenticator has changed since the
/// person was read, or the identifying session has ended, because then the check is no longer valid.
pub(super) async fn open(
    app: &PanelContext,
    request: &HttpRequest,
    person: &person::Model,
    tenant_id: Uuid,
    (via, relies_on): (&str, Option<&session_row::Model>),
    place: &str,
) -> Result<Option<(session_row::Model, HttpResponse)>> {
    let before = realm::session(request, Realm::Panel).await?;
    let language = Language::of_request(request).code();
    let new = NewSession {
        tenant_id,
        kind: SessionKind::Panel,
        person_id: Some(person.id),
        crm_user_id: None,
        is_admin: false,
        via,
        language,
        reason: "",
    };
    let tx = app.store.write_tx().await?;
    let opened = async {
        let holds = match relies_on {
            Some(session) => credentials::hold_in(&app.identity, &tx, person, session).await?,
            None => credentials::hold(&tx, person).await?,
        };
        if !holds {
            return Ok(None);
        }
        if let Some(before) = &before {
            session::end(&tx, before.tenant_id, before.id).await?;
        }
        let actor = Actor::Member { person_id: person.id, name: named(person) };
        let address = client_address(request, &app.config.server.trusted_proxies);
        if tenant_id != VENDOR {
            let detail = serde_json::json!({"via": via});
            let deed = AuditEntry {
                tenant_id,
                actor: &actor,
                action: "member.signed_in",
                object: "",
                detail,
                address,
                done: true,
            };
            audit::record(app, &tx, deed).await?;
        }
        Ok::<_, DbErr>(Some(session::open(&app.identity, &tx, new).await?))
    };
    let opened = opened.await;
    let Some(opened) = finish_tx(tx, opened).await? else { return Ok(None) };
    if tenant_id != VENDOR {
        member::seen(&app.identity, tenant_id, person.id).await?;
    }
    let mut answer = to(place);
    let cookie = Realm::Panel.set(&app.identity, &opened.token, realm::is_framed(request));
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    // Not after a handed-over link, which does not prove who the person is.
    if matches!(via, "password" | "link")
        && let Some(device) =
            throttle::remember_device(&app.identity, &AttemptOrigin::of(request, &app.identity), &person.email)
    {
        answer.headers_mut().append(header::SET_COOKIE, device);
    }
    Ok(Some((opened.row, answer)))
}

/// A person's display name in lists.
pub fn named(person: &person::Model) -> String {
    if person.name.is_empty() { person.email.clone() } else { person.name.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_addresses_stay_in_the_panel() {
        for good in ["/panel", "/panel/sources", "/panel/messages?status=failed&phone=%2B7", "/panel?x=1"] {
            assert_eq!(safe(good), good);
        }
        for bad in [
            "https://evil.example/panel",
            "//evil.example/panel",
            "/panel//evil.example",
            "/panel/\\evil.example",
            "/panelevil",
            "/admin",
            "/panel/sign-out",
            "/panel/x\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(safe(bad), "/panel", "{bad:?}");
        }
    }
}
