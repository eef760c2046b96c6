//! What the reader is notified of, and where. Members from amoCRM have no e-mail here and enter one; a code sent there
//! proves that it is theirs, so that e-mails cannot be directed at strangers.

use base::error::{Error, Result};
use chrono::TimeDelta;
use domain::alert_notices::notice::Channel;
use domain::alert_notices::readers::{self, Preference, Reader};
use domain::alert_notices::webhook as hooks;
use domain::identity::mail::{self, Email};
use domain::identity::throttle::Limit;
use domain::identity::{email_limits, person, session, throttle};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::{FormState, HERE, switches, wrong};
use crate::panel::PanelContext;
use crate::panel::sign_in::named;
use crate::panel::{Answer, AppData, Fields, Form, Member, Notice, Right};

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
    switches::known(&form, &["email"])?;
    let me = me(&app, &member).await?;
    let choice = switches::chosen(&form, Channel::Email, &me.email);
    let typed = form.get("email").trim();
    let new_address = me.own_address().is_empty() && choice.on && !typed.eq_ignore_ascii_case(me.address());
    let sends_code = new_address && switches::shown(&app, &me).contains(&Channel::Email);
    if sends_code && let Some(error) = code_to(&app, &member, &me, typed).await? {
        return wrong(&app, &member, FormState { address: Some(typed.to_owned()), error, ..FormState::default() })
            .await;
    }
    for channel in switches::shown(&app, &me) {
        keep(&app, &member, &me, channel, &switches::chosen(&form, channel, me.preference(channel))).await?;
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
    let without = switches::without(form, Channel::Webhook);
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
    let letter = Email {
        to: email.to_owned(),
        subject: words.text("mail-alert-code-subject").with("code", code.as_str()).to_string(),
        text: words.text("mail-alert-code-body").with("code", code.as_str()).with("account", account).to_string(),
        sender: words.brand(),
    };
    mail::send(&app.identity, letter).await?;
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
