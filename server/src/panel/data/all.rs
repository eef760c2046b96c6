//! Permanent erasure of all data of the account.

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};
use askama::Template;
use base::store::VENDOR;
use serde::Deserialize;
use serde_json::json;

use crate::identity::realm::{self, Realm};
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, Form, Member, Nav, Notice, PageContext, Right, html, html_as};
use crate::tenant::Erasure;
use crate::unregister::LineState;
use crate::{source, tenant};

#[derive(Template)]
#[template(path = "panel/data_all.html")]
struct EraseAllPage {
    page: PageContext,
    sources: u64,
    wrong: String,
}

#[derive(Template)]
#[template(path = "panel/data_gone.html")]
struct Gone {
    page: PageContext,
    /// Lines whose webhooks are still at their messengers, and what their owner can do: those that Parom retries, and those
    /// that it gave up, each after the end of their text's key.
    left: [(&'static str, Vec<(String, String)>); 2],
}

impl Gone {
    fn of(page: PageContext, erasure: &Erasure) -> Self {
        let of_state = |state: LineState| {
            let lines = erasure.lines.iter().filter(|line| line.state == state);
            lines.map(|line| (line.named(page.words), line.what_to_do(page.words))).collect()
        };
        let left = [("", of_state(LineState::Retried)), ("-given-up", of_state(LineState::GivenUp))];
        Self { page, left }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EraseAllForm {
    account: String,
}

async fn form(app: &PanelContext, member: &Member, status: StatusCode, wrong: String) -> Answer {
    let mut page = member.page("data-forget-all", Nav::Data);
    page.not_taken = !wrong.is_empty();
    let usage = source::usage(&app.sources, member.tenant_id).await?;
    html_as(status, &page, &EraseAllPage { page: page.clone(), sources: usage.used, wrong })
}

/// `GET /panel/data/all`
pub(super) async fn ask(app: AppData, member: Member) -> Answer {
    member.require(Right::EraseData)?;
    form(&app, &member, StatusCode::OK, String::new()).await
}

/// `POST /panel/data/all`
pub(super) async fn erase(app: AppData, request: HttpRequest, member: Member, confirmed: Form<EraseAllForm>) -> Answer {
    member.require(Right::EraseData)?;
    let host = member.here.tenant.host.as_str();
    if confirmed.account.trim() != host {
        let wrong = member.words.text("form-confirm-mismatch").with("expected", host).to_string();
        return form(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    }
    let app = app.into_inner();
    let by = format!("person:{}", member.person.id);
    // A browser that disconnects must not interrupt the erasure.
    let tenant_id = member.tenant_id;
    let work = app.clone();
    let erased =
        base::supervisor::detach("erasure", async move { tenant::forget(&work.tenants, tenant_id, true, &by).await })
            .await;
    let erasure = erased.map_err(|error| anyhow::anyhow!("an erasure broke off: {error}"))??;
    // Recorded in the vendor's log: the account's own is deleted too.
    let (object, detail) = (member.here.tenant.account_id.to_string(), json!({ "erasure": erasure.id }));
    let by = member.by();
    by.did(&app, app.store.write(), "account.forgotten", (VENDOR, &object), detail).await?;
    let integration = app.integrations.named(&member.here.tenant.integration);
    let page = PageContext::outside(&app, &request, "data-gone-title").of_brand(&app, integration.as_deref());
    let text = page.words.text("data-gone").with("account", host).with("proof", erasure.id.to_string()).to_string();
    let page = page.with_notice(Notice::done(text));
    let mut answer = html(&page, &Gone::of(page.clone(), &erasure))?;
    answer.headers_mut().append(header::SET_COOKIE, Realm::Panel.clear(&app.identity, realm::is_framed(&request)));
    Ok(answer)
}
