//! Operators prove again who they are before they change integrations, channels, operators and plans: a session that was
//! left open is not enough. The proof counts for ten minutes of its session.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, web};
use askama::Template;
use base::i18n::Sentence;
use chrono::TimeDelta;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use super::operator::{AdminVisitor, Operator};
use super::page::{self, AdminPage, redirect};
use super::refused::{AdminRefusal, Result};
use crate::identity::reauthentication::{self, Reauthentication};
use crate::identity::{Form, session as sessions};
use crate::panel::PanelContext;

const HERE: &str = "/admin/prove";
/// The name under which the session stores until when the proof counts, in milliseconds since 1970.
const UNTIL: &str = "proved_until";
/// For how long it does.
const LIFE: TimeDelta = TimeDelta::minutes(10);

#[derive(Template)]
#[template(path = "admin/prove.html")]
struct ProvePage {
    page: AdminPage,
    /// Where to continue.
    to: String,
    wrong: Option<Sentence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProveQuery {
    #[serde(default)]
    to: String,
    /// The page's language.
    #[serde(default, rename = "lang")]
    _lang: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProveForm {
    /// The current password, or a code of the authenticator.
    current: SecretString,
    to: String,
}

/// Refuses what needs a proof while there is none.
pub(super) fn gate(app: &PanelContext, visitor: &AdminVisitor, method: &Method, path: &str) -> Result<()> {
    let until: Option<i64> = sessions::data(&app.identity, &visitor.session, UNTIL);
    if !needs(method, path) || until.is_some_and(|until| until > app.clock.millis()) {
        return Ok(());
    }
    let to: String = byte_serialize(page_of(method, path).as_bytes()).collect();
    Err(AdminRefusal::Prove(format!("{HERE}?to={to}")))
}

/// Whether a page or a form below `/admin` needs a proof. A form that is filled in needs it before it is shown.
fn needs(method: &Method, path: &str) -> bool {
    match parts(path).as_slice() {
        ["integrations", ..] | ["operators", _, ..] => true,
        ["operators"] | ["accounts", _, "plan"] => *method != Method::GET,
        _ => false,
    }
}

/// The page with the form: forms are sent again after the proof.
fn page_of(method: &Method, path: &str) -> String {
    match parts(path).as_slice() {
        _ if *method == Method::GET => path.to_owned(),
        ["integrations", ..] => "/admin/channels".to_owned(),
        ["accounts", id, ..] => format!("/admin/accounts/{id}"),
        _ => "/admin/operators".to_owned(),
    }
}

fn parts(path: &str) -> Vec<&str> {
    path.trim_start_matches("/admin").split('/').filter(|part| !part.is_empty()).collect()
}

/// Asks for the password or a code.
pub async fn show(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    query: web::Query<ProveQuery>,
) -> Result<HttpResponse> {
    answer(&app, &visitor, StatusCode::OK, &query.to, None).await
}

/// Checks it and leads on.
pub async fn enter(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    form: Form<ProveForm>,
) -> Result<HttpResponse> {
    let ProveForm { current, to } = form.0;
    if let Some(WrongProof { status, text }) = wrong(&app, &visitor, current, "operator.proved").await? {
        return answer(&app, &visitor, status, &to, Some(text)).await;
    }
    let until = app.clock.millis().saturating_add(LIFE.num_milliseconds());
    sessions::set_data(&app.identity, &visitor.session, UNTIL, Some(&until)).await?;
    visitor.note_own(&app, ("operator.proved", &visitor.person.id.to_string()), json!({})).await?;
    Ok(redirect(safe(&to)))
}

/// Why what was entered is no proof.
pub(super) struct WrongProof {
    pub status: StatusCode,
    pub text: Sentence,
}

/// Checks the current password or a code; none if it is right. Too many wrong ones end the session. `action`: noted if
/// it is wrong.
pub(super) async fn wrong(
    app: &PanelContext,
    visitor: &AdminVisitor,
    current: SecretString,
    action: &'static str,
) -> Result<Option<WrongProof>> {
    let (person, words) = (&visitor.person, visitor.words);
    let (status, text) = match reauthentication::check(&app.identity, person, current, visitor.address, action).await? {
        Reauthentication::Yes => return Ok(None),
        Reauthentication::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, words.text("admin-current-wrong")),
        Reauthentication::Wait(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, words.text("admin-too-many-tries").with("seconds", seconds))
        }
        Reauthentication::TooManyWrong => {
            sessions::end(app.store.write(), visitor.session.tenant_id, visitor.session.id).await?;
            return Err(AdminRefusal::SignIn);
        }
    };
    Ok(Some(WrongProof { status, text }))
}

/// A page of the admin; anything else leads to its overview.
fn safe(to: &str) -> &str {
    let is_page = to.starts_with("/admin/") && to.bytes().all(|byte| byte.is_ascii_graphic());
    if is_page { to } else { "/admin" }
}

async fn answer(
    app: &PanelContext,
    visitor: &AdminVisitor,
    status: StatusCode,
    to: &str,
    wrong: Option<Sentence>,
) -> Result<HttpResponse> {
    let page = AdminPage::of(app, visitor, "", visitor.words.text("admin-prove")).await?;
    let page = if wrong.is_some() { page.with_error() } else { page };
    Ok(page::html_as(status, &page, &ProvePage { to: safe(to).to_owned(), wrong, page: page.clone() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_change_integrations_operators_and_plans_need_a_proof() {
        let (get, post) = (Method::GET, Method::POST);
        for (method, path, page) in [
            (&get, "/admin/integrations", "/admin/integrations"),
            (&post, "/admin/integrations", "/admin/channels"),
            (&get, "/admin/integrations/main/channels/1", "/admin/integrations/main/channels/1"),
            (&post, "/admin/integrations/main/channels/1/remove", "/admin/channels"),
            (&post, "/admin/operators", "/admin/operators"),
            (&post, "/admin//operators/7/link", "/admin/operators"),
            (&get, "/admin/operators/7/disable", "/admin/operators/7/disable"),
            (&post, "/admin/accounts/7/plan", "/admin/accounts/7"),
        ] {
            assert!(needs(method, path), "{method} {path}");
            assert_eq!(page_of(method, path), page);
        }
        for (method, path) in [
            (&get, "/admin/operators"),
            (&get, "/admin/channels"),
            (&post, "/admin/accounts/7/notes"),
            (&post, "/admin/prove"),
            (&get, "/admin"),
        ] {
            assert!(!needs(method, path), "{method} {path}");
        }
    }

    #[test]
    fn it_leads_to_pages_of_the_admin_only() {
        assert_eq!(safe("/admin/operators"), "/admin/operators");
        for other in ["", "//evil.example", "https://evil.example", "/panel", "/admin/a b", "/admin/\r\nx", "/adminx"] {
            assert_eq!(safe(other), "/admin", "{other}");
        }
    }
}
