//! The customers who write to an account: how their chats were linked to contacts, whether they are blocked, and what they
//! decided about marketing.

use std::io::Write;

use anyhow::{Context, ensure};
use base::i18n::{Language, Words};
use entity::{conversation, tenant};
use parom::api::customers::{ContactLinkOut, MarketingConsentOut, identity};
use parom::app::App;
use parom::delivery::read::{chats, customer};
use parom::intake::block;
use parom::{contact, marketing};
use serde_json::json;
use uuid::Uuid;

use super::CommandReport;
use crate::help::left_to_a_server;
use crate::tenant::{AccountArgs, as_error, find_account, note};

/// Entries per read.
const PAGE: u64 = 500;

/// A customer.
#[derive(Clone, Debug, clap::Args)]
pub struct ChatArgs {
    #[command(flatten)]
    account: AccountArgs,
    /// The customer, by Parom's id of any of their chats; it is in the address of their page in the panel
    #[arg(value_name = "CHAT", value_parser = crate::terminal::id)]
    chat: Uuid,
}

impl ChatArgs {
    async fn find(&self, app: &App) -> anyhow::Result<(tenant::Model, conversation::Model)> {
        let tenant = find_account(app, &self.account.account).await?;
        let chat = chat_of(app, &tenant, self.chat).await?;
        Ok((tenant, chat))
    }
}

async fn chat_of(app: &App, tenant: &tenant::Model, id: Uuid) -> anyhow::Result<conversation::Model> {
    let found = chats::one(app.store.read(), tenant.tenant_id, id).await?;
    found.with_context(|| format!("{} has no chat with the id {id}: the address of its page shows it", tenant.host))
}

/// Who did it, as amoCRM and the panel show it.
fn by(app: &App, tenant: &tenant::Model) -> String {
    app.config.vendor.name_in(parom::tenant::words(&app.integrations, tenant))
}

pub(super) async fn links(app: &App, which: &ChatArgs) -> anyhow::Result<CommandReport> {
    let (_, chat) = which.find(app).await?;
    let db = app.store.read();
    let (mut text, mut all) = (String::new(), Vec::new());
    for chat in customer::chats(db, &chat, customer::MOST).await? {
        let shown = identity(db, &chat).await?;
        shown.links.iter().for_each(|link| text.push_str(&link_line(&chat, link, shown.is_changing)));
        all.push(json!({"conversation_id": chat.id, "source_id": chat.source_id, "identity": shown}));
    }
    Ok(CommandReport { text, json: json!({ "chats": all }) })
}

fn link_line(chat: &conversation::Model, link: &ContactLinkOut, is_changing: bool) -> String {
    let at = link.at.map_or_else(|| "–".to_owned(), |at| at.to_string());
    let contact = link.amocrm_contact_id.as_deref().unwrap_or("–");
    let id = [&link.id_kind, &link.id_value].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let state = match (&link.undone_by, link.is_undoable) {
        (Some(who), _) => format!("undone by {who}"),
        (None, true) => "can be undone".to_owned(),
        (None, false) if is_changing => "is being changed".to_owned(),
        (None, false) => String::new(),
    };
    let by = link.by.as_deref().map(|by| format!("by {by}")).unwrap_or_default();
    let (link_id, chat_id, why, sureness) = (link.id, chat.id, &link.why, &link.sureness);
    let line = format!("{link_id}  {at}  chat {chat_id}  contact {contact}  {why}");
    let rest = [&*id, sureness, &by, &state].into_iter().filter(|part| !part.is_empty());
    rest.fold(line, |line, part| line + "  " + part) + "\n"
}

/// Says what cannot be undone, and undoes the link if the person agrees.
pub(super) async fn undo(
    app: &App,
    (account, link, is_sure): (&AccountArgs, Uuid, bool),
    ask: impl FnOnce(&str) -> anyhow::Result<Option<String>>,
    errors: &mut impl Write,
) -> anyhow::Result<CommandReport> {
    let tenant = find_account(app, &account.account).await?;
    let found = contact::link(app.store.read(), tenant.tenant_id, link).await?;
    let unknown = || format!("{} has no link with the id {link}: parom customer links shows their ids", tenant.host);
    let chat = chat_of(app, &tenant, found.with_context(unknown)?.conversation_id).await?;
    let crm = app.integrations.named(&tenant.integration).map_or("amoCRM", |integration| integration.platform.brand());
    let text = Words::new(Language::En).text("link-undo-confirm");
    let text = text.with("crm", crm).with("name", chat.contact_name.as_str()).to_string().replace('\u{a0}', " ");
    writeln!(errors, "{text}").context("standard error is closed")?;
    let is_agreed = is_sure || ask("Undo the link? [y/N]")?.is_some_and(|answer| ["y", "yes"].contains(&&*answer));
    ensure!(is_agreed, "nothing was changed: answer y, or give --yes");
    contact::separate(&app.tenants, &chat, link, &by(app, &tenant)).await.map_err(as_error)?;
    let from = json!({ "contact_id": chat.contact_id });
    note(app, tenant.tenant_id, "customer.separated", &chat.id.to_string(), from).await?;
    left_to_a_server(app).await;
    Ok(CommandReport {
        text: format!("The server makes a contact in {crm} for the chat {}; parom customer links shows it.\n", chat.id),
        json: json!({ "conversation_id": chat.id, "link_id": link }),
    })
}

pub(super) async fn set_blocked(app: &App, which: &ChatArgs, is_blocked: bool) -> anyhow::Result<CommandReport> {
    let (tenant, chat) = which.find(app).await?;
    let changed = block::set_all(&app.intake, &chat, is_blocked, &by(app, &tenant)).await.map_err(as_error)?;
    if changed > 0 {
        let action = if is_blocked { "customer.blocked" } else { "customer.unblocked" };
        note(app, tenant.tenant_id, action, &chat.id.to_string(), json!({})).await?;
    }
    let text = match (changed, is_blocked) {
        (0, true) => "The customer is blocked already.\n".to_owned(),
        (0, false) => "The customer is not blocked.\n".to_owned(),
        (_, true) => format!("Blocked. Chats: {changed}. A running server notices within a minute.\n"),
        (_, false) => format!("Unblocked. Chats: {changed}. A running server notices within a minute.\n"),
    };
    Ok(CommandReport { text, json: json!({"conversation_id": chat.id, "blocked": is_blocked, "chats": changed}) })
}

pub(super) async fn consents(app: &App, account: &AccountArgs, of_chat: Option<Uuid>) -> anyhow::Result<CommandReport> {
    let tenant = find_account(app, &account.account).await?;
    let db = app.store.read();
    let mut rows = Vec::new();
    if let Some(id) = of_chat {
        let chats = customer::chats(db, &chat_of(app, &tenant, id).await?, customer::MOST).await?;
        rows = marketing::entries(db, tenant.tenant_id, &chats, PAGE).await?;
    } else {
        loop {
            let before = rows.last().map(|row: &entity::marketing_consent::Model| row.id);
            let page = marketing::page(db, tenant.tenant_id, before, PAGE).await?;
            if page.is_empty() {
                break;
            }
            rows.extend(page);
        }
    }
    let items: Vec<MarketingConsentOut> = rows.into_iter().map(Into::into).collect();
    let text = items.iter().map(consent_line).collect();
    Ok(CommandReport { text, json: json!({ "items": items }) })
}

fn consent_line(entry: &MarketingConsentOut) -> String {
    let of = entry.conversation_id.map(|id| format!("chat {id}"));
    let of = of.or_else(|| entry.phone_hash.as_ref().map(|hash| format!("number {hash}"))).unwrap_or_default();
    let by = entry.by.as_deref().map(|by| format!("by {by}")).unwrap_or_default();
    let (id, at) = (entry.id, &entry.at);
    format!("{id}  {at}  {:<7}  {:<7}  {of}  {by}", entry.decision, entry.way).trim_end().to_owned() + "\n"
}
