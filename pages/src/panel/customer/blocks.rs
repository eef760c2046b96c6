//! Blocking a customer: what they write is stored and not passed on, in all chats that their page lists.

use actix_web::web;
use base::i18n::Sentence;
use domain::delivery::read::customer;
use domain::intake::block;
use entity::conversation;
use serde_json::json;

use super::{chat_to_edit, home};
use crate::panel::{Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, Tone};

/// Whether a customer is blocked, as their page shows it.
pub struct BlockView {
    /// Who blocked them, and when; none if nobody did.
    pub since: Option<Sentence>,
    /// Whether there is a chat that can be blocked.
    pub may_block: bool,
}

impl BlockView {
    pub(super) fn of(page: &PageContext, chats: &[conversation::Model]) -> Self {
        let since = chats.iter().filter(|chat| chat.blocked_at > 0).min_by_key(|chat| chat.blocked_at).map(|chat| {
            let who = chat.blocked_by.as_str();
            let key = if chat.is_held() { "block-held" } else { "block-since" };
            page.words.text(key).with("who", who).with("time", page.when(&chat.blocked_at).adverb())
        });
        Self { since, may_block: chats.iter().any(|chat| chat.blocked_by.is_empty()) }
    }
}

/// `GET /panel/customers/{id}/block`
pub(super) async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let chat = chat_to_edit(&app, &member, &id).await?;
    let count = customer::chats(app.store.read(), &chat, customer::MOST).await?.len();
    let page = member.page("block-title", Nav::Conversations);
    let confirm = ConfirmPage {
        sentence: page.words.text("block-confirm").with("crm", page.crm).with("count", count),
        action: format!("{}/block", home(&chat)),
        button: page.words.text("block-title"),
        danger: true,
        back: home(&chat),
        page,
    };
    confirm.ask()
}

/// `POST /panel/customers/{id}/block`
pub(super) async fn block(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let chat = chat_to_edit(&app, &member, &id).await?;
    block::set_all(&app.intake, &chat, true, &member.name).await?;
    member.audit(&app, app.store.write(), "customer.blocked", &chat.id.to_string(), json!({})).await?;
    member.see_other(&app, &home(&chat), Notice::of(Tone::Ok, member.words.text("block-done"))).await
}

/// `POST /panel/customers/{id}/unblock`
pub(super) async fn unblock(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let chat = chat_to_edit(&app, &member, &id).await?;
    block::set_all(&app.intake, &chat, false, &member.name).await?;
    member.audit(&app, app.store.write(), "customer.unblocked", &chat.id.to_string(), json!({})).await?;
    let notice = Notice::of(Tone::Ok, member.words.text("unblock-done").with("crm", member.crm()));
    member.see_other(&app, &home(&chat), notice).await
}
