//! The reader's own alert e-mails. Members from amoCRM have no e-mail address here and enter one; a code sent to it
//! proves that it is theirs, so that e-mails cannot be directed at strangers.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use base::error::{Error, Result};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::{HERE, ReaderFormState, shown};
use crate::alert::KINDS;
use crate::alert_emails::readers::{self, EmailPreference, EmailReader};
use crate::identity::mail::{self, Email};
use crate::identity::throttle::Limit;
use crate::identity::{email_limits, person, session, throttle};
use crate::panel::PanelContext;
use crate::panel::{Fields, Form, Member, Nav, Notice};

/// The session key of an address that is not confirmed yet.
const WAITING: &str = "alert_address";
const CODE_LIVES: i64 = 10 * 60_000;
/// Code e-mails per minute, and attempts per code.
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

/// The address that is waiting for its code; empty if there is none.
pub(super) fn waiting(app: &PanelContext, member: &Member) -> String {
    let kept: Option<PendingAddress> = member.data(app, WAITING);
    kept.filter(|kept| kept.until > app.clock.millis()).map(|kept| kept.email).unwrap_or_default()
}

async fn me(app: &PanelContext, member: &Member) -> Result<EmailReader> {
    let person_id = member.person_id.filter(|_| !member.view_as).ok_or(Error::NotFound)?;
    readers::one(app.store.read(), member.tenant.tenant_id, person_id).await?.ok_or(Error::NotFound)
}

async fn keep(app: &PanelContext, member: &Member, me: &EmailReader, choice: &EmailPreference) -> Result<()> {
    let tenant_id = member.tenant.tenant_id;
    readers::choose(&app.alert_emails, app.store.write(), tenant_id, me.person.id, choice).await?;
    let detail = json!({ "letters": choice.letters, "without": choice.without });
    member.audit(app, app.store.write(), "alert.letters_chosen", &me.person.id.to_string(), detail).await?;
    Ok(())
}

/// `POST /panel/alerts/mine`
pub(super) async fn choose(app: web::Data<PanelContext>, member: Member, form: Form<Fields>) -> Result<HttpResponse> {
    form.known(&["letters", "kind", "email"])?;
    let me = me(&app, &member).await?;
    let wanted = form.all("kind");
    let choice = EmailPreference {
        letters: form.has("letters"),
        without: KINDS.into_iter().filter(|kind| !wanted.contains(kind)).map(str::to_owned).collect(),
        email: me.choice.email.clone(),
    };
    let typed = form.get("email").trim();
    let new_address = me.person.email.is_empty() && choice.letters && !typed.eq_ignore_ascii_case(me.address());
    if !new_address {
        keep(&app, &member, &me, &choice).await?;
        return member.see_other(&app, HERE, Notice::done(member.words.text("common-saved"))).await;
    }
    let wrong = |error: String| {
        let page = member.page("alerts-title", Nav::Overview).with_error();
        let sent = ReaderFormState { address: Some(typed.to_owned()), error };
        shown(&app, &member, page, StatusCode::UNPROCESSABLE_ENTITY, sent)
    };
    if !person::is_email(typed) {
        return wrong(member.words.text("form-not-email").to_string()).await;
    }
    let mut paced = throttle::count(&app.identity, &format!("alert-address:{}", me.person.id), CODES).await?;
    if paced.is_ok() {
        paced = email_limits::alert_code(&app.identity, typed).await?;
    }
    if let Err(wait) = paced {
        return wrong(member.words.text("alerts-code-wait").with("seconds", wait.seconds).to_string()).await;
    }
    if let Err(error) = send_code(&app, &member, typed).await {
        tracing::error!(tenant.id = %member.tenant.tenant_id, error = format!("{error:#}"), "a confirmation code for an alert address could not be sent");
        return wrong(member.words.text("alerts-code-unsent").to_string()).await;
    }
    keep(&app, &member, &me, &choice).await?;
    let said = member.words.text("alerts-code-sent").with("email", typed);
    member.see_other(&app, HERE, Notice::done(said)).await
}

async fn send_code(app: &PanelContext, member: &Member, email: &str) -> anyhow::Result<()> {
    let code = format!("{:06}", rand::random_range(0..1_000_000));
    let words = member.words;
    let account = member.tenant.host.as_str();
    let letter = Email {
        to: email.to_owned(),
        subject: words.text("mail-alert-code-subject").with("code", code.as_str()).to_string(),
        text: words.text("mail-alert-code-body").with("code", code.as_str()).with("account", account).to_string(),
    };
    mail::send(&app.identity, letter).await?;
    let until = app.clock.millis() + CODE_LIVES;
    let waiting = PendingAddress { email: email.to_owned(), code, until, tries: 0 };
    member.set_data(app, WAITING, Some(&waiting)).await.map_err(|error| anyhow::anyhow!("{error}"))
}

/// `POST /panel/alerts/code`: the code proves that the reader receives e-mails at that address.
pub(super) async fn prove(
    app: web::Data<PanelContext>,
    member: Member,
    form: Form<AddressCodeForm>,
) -> Result<HttpResponse> {
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
    let choice = EmailPreference { email, letters: true, ..me.choice.clone() };
    keep(&app, &member, &me, &choice).await?;
    let said = words.text("alerts-address-proved").with("email", choice.email.as_str());
    member.see_other(&app, HERE, Notice::done(said)).await
}

/// The result of checking a code.
enum AddressCodeResult {
    /// The confirmed address.
    Right(String),
    Wrong,
    Gone,
}

/// Compares a code with the one sent; returns the state to store and the result. Runs under the session's lock, so that
/// concurrent attempts are all counted.
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
