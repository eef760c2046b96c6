//! Signing out, and changing the language of a session.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use base::browser::FORGET_PAGES;
use base::i18n::Language;
use domain::identity::realm::{self, Realm};
use domain::identity::{person, session};
use serde::Deserialize;
use url::Url;

use super::into::safe;
use crate::panel::{Answer, AppData, EmptyForm, Form};
use crate::panel::{Member, to};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignOutForm {
    to: String,
}

/// `POST /panel/sign-out`
pub(super) async fn sign_out(app: AppData, request: HttpRequest, _form: Form<EmptyForm>) -> Answer {
    let mut next = "/panel/sign-in".to_owned();
    if let Some(row) = realm::session(&request, Realm::Panel).await? {
        session::end(app.store.write(), row.tenant_id, row.id).await?;
        if row.kind == session::SessionKind::ViewAs.as_str() {
            // An operator came from the account's page in the admin, and cannot sign in here.
            next = format!("/admin/accounts/{}", row.tenant_id);
        }
    }
    let mut answer = to(&next);
    answer.headers_mut().append(header::SET_COOKIE, Realm::Panel.clear(&app.identity, realm::is_framed(&request)));
    answer.headers_mut().insert(header::CLEAR_SITE_DATA, HeaderValue::from_static(FORGET_PAGES));
    Ok(answer)
}

/// `POST /panel/language`: redirects back to the page it was sent from.
pub(super) async fn language(app: AppData, request: HttpRequest, member: Member, form: Form<SignOutForm>) -> Answer {
    if let Some(language) = Language::of_code(&form.to) {
        session::set_language(app.store.write(), &member.session, language.code()).await?;
        if let Ok(person_id) = member.own_id() {
            person::set_language(app.store.write(), person_id, language).await?;
        }
    }
    Ok(to(&back(&request)))
}

/// Our page from which a form was sent, otherwise the overview.
pub(in crate::panel) fn back(request: &HttpRequest) -> String {
    let referer = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let path = referer.and_then(|referer| Url::parse(referer).ok()).map(|url| {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", url.path())
    });
    safe(path.as_deref().unwrap_or("/panel")).to_owned()
}
