//! What the reader is notified of, and where. Members from amoCRM have no e-mail here and enter one; a code sent there
//! proves that it is theirs, so that e-mails cannot be directed at strangers.

use actix_web::{HttpRequest, web};
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence, Words};
use chrono::TimeDelta;
use connectors::telegram::KIND;
use domain::alert_notices::notice::Channel;
use domain::alert_notices::push::{self, MOST_DEVICES, NotSubscribed, Subscription, public_key};
use domain::alert_notices::readers::{self, Preference, Reader};
use domain::alert_notices::{bot, webhook as hooks};
use domain::identity::mail::{self, Email};
use domain::identity::realm::agent;
use domain::identity::throttle::{self, Limit};
use domain::identity::{email_limits, person, session};
use entity::{alert_device, alert_webhook};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use url::Url;
use uuid::Uuid;

use super::{FormState, HERE, wrong};
use crate::panel::sign_in::named;
use crate::panel::{Answer, AppData, EmptyForm, Fields, Form, Member, Notice, PanelContext, Right, alerts};

/// The session key of an address that is not yet proved.
const WAITING: &str = "alert_address";
const CODE_LIVES: TimeDelta = TimeDelta::minutes(10);
/// Code e-mails a minute, and attempts at one code.
const CODES: Limit = Limit { most: 3, window: 60_000 };
const TRIES: u8 = 5;

#[derive(Serialize, Deserialize)]
struct PendingAddress {
    email: String,
    code: String,
    until: i64,
    tries: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddressCodeForm {
    code: SecretString,
}

/// The address that awaits its code; empty if none does.
pub(super) fn waiting(app: &PanelContext, member: &Member) -> String {
    let kept: Option<PendingAddress> = member.data(app, WAITING);
    kept.filter(|kept| kept.until > app.clock.millis()).map(|kept| kept.email).unwrap_or_default()
}

async fn me(app: &PanelContext, member: &Member) -> Result<Reader> {
    let person_id = member.own_id()?;
    readers::one(app.store.read(), member.tenant_id, person_id).await?.ok_or(Error::NotFound)
}

/// Stores a choice and notes it in the log.
pub(super) async fn keep(
    app: &PanelContext,
    member: &Member,
    reader: &Reader,
    channel: Channel,
    choice: &Preference,
) -> Result<()> {
    if reader.preference(channel) == choice {
        return Ok(());
    }
    let whose = (member.tenant_id, reader.person.id);
    readers::choose(&app.alert_notices, app.store.write(), whose, channel, choice).await?;
    let detail = json!({
        "channel": channel.as_str(), "letters": choice.on, "without": choice.without, "name": named(&reader.person),
    });
    member.audit(app, app.store.write(), "alert.letters_chosen", &reader.person.id.to_string(), detail).await?;
    Ok(())
}

/// `POST /panel/alerts/mine`
pub(super) async fn choose(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    alerts::check_fields(&form, &["email"])?;
    let me = me(&app, &member).await?;
    let choice = alerts::preference(&form, Channel::Email, &me.email);
    let typed = form.get("email").trim();
    let new_address = me.own_address().is_empty() && choice.on && !typed.eq_ignore_ascii_case(me.address());
    let sends_code = new_address && alerts::channels_of(&app, &me).contains(&Channel::Email);
    if sends_code && let Some(error) = code_to(&app, &member, &me, typed).await? {
        return wrong(&app, &member, FormState { address: Some(typed.to_owned()), error, ..FormState::default() })
            .await;
    }
    for channel in alerts::channels_of(&app, &me) {
        keep(&app, &member, &me, channel, &alerts::preference(&form, channel, me.preference(channel))).await?;
    }
    choose_webhook(&app, &member, &form).await?;
    let said = if sends_code {
        member.words.text("alerts-code-sent").with("email", typed)
    } else {
        member.words.text("common-saved")
    };
    member.see_other(&app, HERE, Notice::done(said)).await
}

/// The column of the account's webhook, which only those who manage the account see.
async fn choose_webhook(app: &PanelContext, member: &Member, form: &Fields) -> Result<()> {
    let tenant_id = member.tenant_id;
    if !member.may(Right::ManageAccount) {
        return Ok(());
    }
    let Some(row) = hooks::of(&app.alert_notices, tenant_id).await? else { return Ok(()) };
    let without = alerts::kinds_off(form, Channel::Webhook);
    if serde_json::from_str::<Vec<String>>(&row.without).unwrap_or_default() == without {
        return Ok(());
    }
    hooks::choose(app.store.write(), tenant_id, &without).await?;
    let detail = json!({ "channel": Channel::Webhook.as_str(), "without": without });
    member.audit(app, app.store.write(), "alert.letters_chosen", &tenant_id.to_string(), detail).await?;
    Ok(())
}

/// Sends a code to a new address; the error to show if it cannot be sent.
async fn code_to(app: &PanelContext, member: &Member, me: &Reader, typed: &str) -> Result<Option<String>> {
    if !person::is_email(typed) {
        return Ok(Some(member.words.text("form-not-email").to_string()));
    }
    let mut paced = throttle::count(&app.identity, &format!("alert-address:{}", me.person.id), CODES).await?;
    if paced.is_ok() {
        paced = email_limits::alert_code(&app.identity, typed).await?;
    }
    if let Err(wait) = paced {
        return Ok(Some(member.words.text("alerts-code-wait").with("seconds", wait.seconds).to_string()));
    }
    if let Err(error) = send_code(app, member, typed).await {
        tracing::error!(tenant.id = %member.tenant_id, error = format!("{error:#}"), "a confirmation code for an alert address could not be sent");
        return Ok(Some(member.words.text("alerts-code-unsent").to_string()));
    }
    Ok(None)
}

async fn send_code(app: &PanelContext, member: &Member, email: &str) -> anyhow::Result<()> {
    let code = format!("{:06}", rand::random_range(0..1_000_000));
    let words = member.words;
    let account = member.here.tenant.host.as_str();
    let message = Email {
        to: email.to_owned(),
        subject: words.text("mail-alert-code-subject").with("code", code.as_str()).to_string(),
        text: words.text("mail-alert-code-body").with("code", code.as_str()).with("account", account).to_string(),
        sender: words.brand(),
    };
    mail::send(&app.identity, message).await?;
    let until = app.clock.millis() + CODE_LIVES.num_milliseconds();
    let waiting = PendingAddress { email: email.to_owned(), code, until, tries: 0 };
    member.set_data(app, WAITING, Some(&waiting)).await.map_err(|error| anyhow::anyhow!("{error}"))
}

/// `POST /panel/alerts/code`: the code proves that the reader receives mail at that address.
pub(super) async fn prove(app: AppData, member: Member, form: Form<AddressCodeForm>) -> Answer {
    let me = me(&app, &member).await?;
    let given: String = form.code.expose_secret().chars().filter(char::is_ascii_digit).collect();
    let now = app.clock.millis();
    let tried = session::change_data(&app.identity, &member.session, WAITING, |kept| tried(kept, &given, now)).await?;
    let words = member.words;
    let email = match tried {
        AddressCodeResult::Right(email) => email,
        AddressCodeResult::Wrong => {
            return member.see_other(&app, HERE, Notice::failed(words.text("alerts-code-wrong"))).await;
        }
        AddressCodeResult::Gone => {
            return member.see_other(&app, HERE, Notice::failed(words.text("alerts-code-gone"))).await;
        }
    };
    let choice = Preference { email, on: true, ..me.email.clone() };
    keep(&app, &member, &me, Channel::Email, &choice).await?;
    let said = words.text("alerts-address-proved").with("email", choice.email.as_str());
    member.see_other(&app, HERE, Notice::done(said)).await
}

/// The result of checking a code.
enum AddressCodeResult {
    /// The proved address.
    Right(String),
    Wrong,
    Gone,
}

/// Compares a code with the one sent; returns the state to store and the result. Runs under the session's lock, so that
/// concurrent attempts are counted one by one.
fn tried(kept: Option<Value>, given: &str, now: i64) -> (Option<Value>, AddressCodeResult) {
    let kept: Option<PendingAddress> = kept.and_then(|kept| serde_json::from_value(kept).ok());
    let Some(kept) = kept.filter(|kept| kept.until > now && kept.tries < TRIES) else {
        return (None, AddressCodeResult::Gone);
    };
    if bool::from(given.as_bytes().ct_eq(kept.code.as_bytes())) {
        return (None, AddressCodeResult::Right(kept.email));
    }
    let kept = PendingAddress { tries: kept.tries + 1, ..kept };
    (serde_json::to_value(&kept).ok(), AddressCodeResult::Wrong)
}

/// The session key of a code that was not used yet.
const CODE: &str = "alert_chat_code";
/// Codes a minute.
const CHAT_CODES: Limit = Limit { most: 5, window: 60_000 };

#[derive(Serialize, Deserialize)]
struct ShownCode {
    code: String,
    bot: String,
    until: i64,
}

/// What the page shows of it.
#[derive(Default)]
pub(super) struct ChatView {
    /// The linked chat's name; empty if none is linked.
    pub title: String,
    pub linked: bool,
    /// Key of the text that says why nothing is sent there; empty if all is well.
    pub trouble: String,
    /// The code that waits to be used, the bot it is for, and a link that opens the chat with it.
    pub code: String,
    pub bot: String,
    pub href: String,
    pub until: i64,
}

pub(super) fn chat_view(app: &PanelContext, member: &Member, me: &Reader) -> ChatView {
    let mut view = ChatView::default();
    if let Some(row) = &me.linked {
        view.linked = row.chat_id != 0;
        view.title.clone_from(&row.title);
        view.trouble.clone_from(&row.trouble);
        let shown: Option<ShownCode> = member.data(app, CODE);
        // The row has its code until a chat uses it.
        let waits = shown.filter(|shown| !row.code.is_empty() && shown.until > app.clock.millis());
        if let Some(shown) = waits {
            view.href = KIND.deep_link.map(|link| format!("{}{}", link(&shown.bot), shown.code)).unwrap_or_default();
            (view.code, view.bot, view.until) = (shown.code, shown.bot, shown.until);
        }
    }
    view
}

/// `POST /panel/alerts/chat`: a code that links a chat.
pub(super) async fn ask(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    let person_id = member.own_id()?;
    let name = app.alert_notices.bot.as_ref().ok_or(Error::NotFound)?.name();
    let failed = |key: &'static str| Notice::failed(member.words.text(key));
    if throttle::count(&app.identity, &format!("alert-chat:{person_id}"), CHAT_CODES).await?.is_err() {
        return member.see_other(&app, HERE, failed("alerts-chat-wait")).await;
    }
    let bot_name = match name.await {
        Ok(name) => name.to_owned(),
        Err(reason) => {
            tracing::error!(reason, "the bot of alerts.telegram_token does not say its name");
            return member.see_other(&app, HERE, failed("alerts-chat-away")).await;
        }
    };
    let tenant_id = member.tenant_id;
    let code = bot::new_code(&app.alert_notices, (tenant_id, person_id), &bot_name).await?;
    let shown = ShownCode { code, bot: bot_name, until: app.clock.millis() + bot::CODE_LIVES.num_milliseconds() };
    member.set_data(&app, CODE, Some(&shown)).await?;
    member.audit(&app, app.store.write(), "alert.chat_asked", &person_id.to_string(), json!({})).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-chat-asked"))).await
}

/// `POST /panel/alerts/chat/unlink`
pub(super) async fn unlink(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    let person_id = member.own_id()?;
    if !bot::unlink(app.store.write(), person_id).await? {
        return Err(Error::NotFound);
    }
    member.set_data::<ShownCode>(&app, CODE, None).await?;
    member.audit(&app, app.store.write(), "alert.chat_unlinked", &person_id.to_string(), json!({})).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-chat-unlinked"))).await
}

/// Subscriptions a minute.
const ADDED: Limit = Limit { most: 10, window: 60_000 };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscriptionForm {
    endpoint: String,
    p256dh: String,
    auth: String,
}

/// What the page shows of them.
pub(super) struct DevicesView {
    /// The key for which a browser subscribes.
    pub key: String,
    pub rows: Vec<alert_device::Model>,
}

pub(super) async fn devices_view(app: &PanelContext, me: &Reader) -> Result<DevicesView> {
    Ok(DevicesView { key: public_key(&app.alert_notices).await?, rows: me.devices.clone() })
}

/// `POST /panel/alerts/devices`: the subscription of this browser.
pub(super) async fn add(app: AppData, member: Member, request: HttpRequest, form: Form<SubscriptionForm>) -> Answer {
    let person_id = member.own_id()?;
    let words = member.words;
    let failed = async |text: Sentence| member.see_other(&app, HERE, Notice::failed(text)).await;
    if throttle::count(&app.identity, &format!("alert-device:{person_id}"), ADDED).await?.is_err() {
        return failed(words.text("alerts-push-wait")).await;
    }
    let Some(subscription) = Subscription::reported(&form.endpoint, &form.p256dh, &form.auth) else {
        return failed(words.text("alerts-push-damaged")).await;
    };
    let name = browser(agent(&request), words);
    match push::add_device(&app.alert_notices, person_id, &subscription, &name).await {
        Ok(()) => {}
        Err(NotSubscribed::TooMany) => return failed(words.text("alerts-push-most").with("most", MOST_DEVICES)).await,
        Err(NotSubscribed::Refused(refused)) => {
            let said = refused.text().sentence(words, member.crm());
            return failed(words.text("said-quoted").with("text", said)).await;
        }
        Err(NotSubscribed::Failed(error)) => return Err(error.into()),
    }
    let detail = json!({ "name": name });
    member.audit(&app, app.store.write(), "alert.device_added", &person_id.to_string(), detail).await?;
    let me = readers::one(app.store.read(), member.tenant_id, person_id).await?;
    if let Some(me) = me.filter(|me| !me.push.on) {
        // Viewers get nothing until they ask for it, and this asks.
        let choice = Preference { on: true, ..me.push.clone() };
        keep(&app, &member, &me, Channel::Push, &choice).await?;
    }
    member.see_other(&app, HERE, Notice::done(words.text("alerts-push-added").with("name", name))).await
}

/// `POST /panel/alerts/devices/{id}/remove`
pub(super) async fn remove_device(
    app: AppData,
    member: Member,
    id: web::Path<String>,
    _form: Form<EmptyForm>,
) -> Answer {
    let person_id = member.own_id()?;
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    let mine = push::devices_of(app.store.read(), [person_id]).await?;
    let name = mine.into_iter().find(|device| device.id == id).map(|device| device.name).ok_or(Error::NotFound)?;
    if !push::remove_device(app.store.write(), person_id, id).await? {
        return Err(Error::NotFound);
    }
    let detail = json!({ "name": name });
    member.audit(&app, app.store.write(), "alert.device_removed", &person_id.to_string(), detail).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-push-removed").with("name", name))).await
}

/// A browser by its `User-Agent`: `Firefox, Windows`.
fn browser(agent: &str, words: Words) -> String {
    const PROGRAMS: [(&str, &str); 7] = [
        ("YaBrowser/", "Yandex Browser"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let found =
        |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    let names: Vec<&str> = [found(&PROGRAMS), found(&SYSTEMS)].into_iter().flatten().collect();
    if names.is_empty() { words.text("alerts-push-browser").to_string() } else { names.join(", ") }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookForm {
    url: String,
}

/// What the page shows of it.
pub(super) struct WebhookView {
    pub url: String,
    pub is_set: bool,
    /// What is wrong with the entered address; empty if nothing is.
    pub error: String,
    /// Why calls fail, and since when; empty if they do not.
    pub trouble: String,
    pub trouble_at: i64,
}

pub(super) fn webhook_view(
    row: Option<alert_webhook::Model>,
    sent: Option<(String, String)>,
    words: Words,
    crm: &str,
) -> WebhookView {
    let is_set = row.is_some();
    let stored = row.map(|row| (row.url, row.trouble, row.trouble_at)).unwrap_or_default();
    let trouble =
        if stored.1.is_empty() { String::new() } else { LocalizedText::stored(&stored.1).in_words(words, crm) };
    let (url, error) = sent.unwrap_or((stored.0, String::new()));
    WebhookView { url, is_set, error, trouble, trouble_at: stored.2 }
}

/// `POST /panel/alerts/webhook`: sets the address; a new one gets a new secret, which is shown once.
pub(super) async fn set(app: AppData, member: Member, form: Form<WebhookForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    let typed = form.url.trim().to_owned();
    let refused = async |error: String| {
        let sent = FormState { webhook: Some((typed.clone(), error)), ..FormState::default() };
        wrong(&app, &member, sent).await
    };
    let Ok(url) = Url::parse(&typed) else {
        return refused(member.words.text("alerts-webhook-not-url").to_string()).await;
    };
    if let Err(error) = hooks::check(&app.alert_notices, &url) {
        return refused(error.text().sentence(member.words, member.crm())).await;
    }
    let tenant_id = member.tenant_id;
    let secret = hooks::set(&app.alert_notices, app.store.write(), tenant_id, &url).await?;
    let host = url.host_str().unwrap_or_default();
    member.audit(&app, app.store.write(), "alert.webhook_set", host, json!({ "new": secret.is_some() })).await?;
    let notice = match secret {
        Some(secret) => {
            Notice::done(member.words.text("alerts-webhook-secret")).with_copy(secret.expose_secret().to_owned())
        }
        None => Notice::done(member.words.text("common-saved")),
    };
    member.see_other(&app, HERE, notice).await
}

/// `POST /panel/alerts/webhook/remove`
pub(super) async fn remove_webhook(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    let tenant_id = member.tenant_id;
    if !hooks::remove(app.store.write(), tenant_id).await? {
        return Err(Error::NotFound);
    }
    member.audit(&app, app.store.write(), "alert.webhook_removed", &tenant_id.to_string(), json!({})).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-webhook-removed"))).await
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn browsers_have_the_names_that_people_know() {
        let of = |agent: &str| browser(agent, Words::new(Language::En));
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(of(windows), "Chrome, Windows");
        assert_eq!(of(&format!("{windows} Edg/140.0.0.0")), "Edge, Windows");
        assert_eq!(of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox, Linux");
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(of(iphone), "Safari, iOS");
        assert_eq!(of("curl/8"), "Browser");
    }
}
