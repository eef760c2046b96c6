//! `/panel/choose`: choice between several accounts.

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Language;
use domain::brand;
use domain::identity::realm::masked_csrf;
use domain::identity::realm::{self, Realm};
use domain::identity::{credentials, member, person as persons, reauthentication};
use domain::tenant::TenantStatus;
use entity::{person, session};
use serde::Deserialize;
use uuid::Uuid;

use super::into::{open, safe};
use crate::panel::PanelContext;
use crate::panel::html::html;
use crate::panel::to;
use crate::panel::{Answer, AppData, Form, MemberRole, PageContext};

#[derive(Template)]
#[template(path = "panel/choose.html")]
struct ChooseAccountPage {
    page: PageContext,
    accounts: Vec<AccountChoice>,
    to: String,
}

struct AccountChoice {
    id: Uuid,
    host: String,
    name: String,
    role: MemberRole,
    status: &'static str,
}

#[derive(Deserialize)]
pub(super) struct ChooseQuery {
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChosenAccountForm {
    tenant_id: Uuid,
    to: String,
}

/// Who may choose: a session opened by one account's ticket or a handed-over link is valid only for that account.
async fn chooser(app: &PanelContext, session: &session::Model) -> Result<Option<person::Model>> {
    let Some(person_id) = session.person_id.filter(|_| matches!(session.via.as_str(), "password" | "link")) else {
        return Ok(None);
    };
    let person = persons::by_id(app.store.read(), person_id).await?;
    Ok(person.filter(|person| person.disabled_at.is_none()))
}

/// `GET /panel/choose`
pub(super) async fn show(app: AppData, request: HttpRequest, asked: web::Query<ChooseQuery>) -> Answer {
    let Some(session) = realm::session(&request, Realm::Panel).await? else { return Ok(to("/panel/sign-in")) };
    let Some(person) = chooser(&app, &session).await? else { return Ok(to("/panel")) };
    let accounts = member::accounts(&app.identity, person.id).await?;
    let common = brand::common(&app.integrations, accounts.iter().map(|(tenant, _)| tenant.integration.clone()));
    let mut page = PageContext::outside(&app, &request, "choose-title").of_brand(&app, common.as_deref());
    page.words = page.words.in_language(Language::of_code(&session.language).unwrap_or(page.words.language()));
    page.title = page.words.text("choose-title").to_string();
    page.csrf_token = masked_csrf(&session.csrf);
    let accounts = accounts.into_iter().filter(|(tenant, _)| credentials::count_in(&person, tenant.tenant_id));
    let accounts = accounts.map(|(tenant, role)| AccountChoice {
        id: tenant.tenant_id,
        status: TenantStatus::shown(&tenant).as_str(),
        host: tenant.host,
        name: tenant.name,
        role,
    });
    let choose = ChooseAccountPage { accounts: accounts.collect(), to: safe(&asked.to).to_owned(), page: page.clone() };
    html(&page, &choose)
}

/// `POST /panel/choose`
pub(super) async fn choose(app: AppData, request: HttpRequest, form: Form<ChosenAccountForm>) -> Answer {
    let session = realm::session(&request, Realm::Panel).await?.ok_or(Error::NotFound)?;
    let person = chooser(&app, &session).await?.ok_or(Error::NotFound)?;
    if !credentials::count_in(&person, form.tenant_id) {
        return Err(Error::NotFound);
    }
    member::find(app.store.read(), form.tenant_id, person.id).await?.ok_or(Error::NotFound)?;
    let proved = (session.via.as_str(), Some(&*session));
    let opened = open(&app, &request, &person, form.tenant_id, proved, safe(&form.to)).await?;
    let Some((row, answer)) = opened else { return Ok(to("/panel/sign-in")) };
    reauthentication::moved(&app.identity, &session, &row).await?;
    Ok(answer)
}
