//! E-mails to people by the operator's SMTP server. Without `[mail]` none are sent, and pages show links to copy.

use std::time::Duration;

use base::product::ProductName;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;

use crate::identity::IdentityContext;

const TOGETHER: Duration = Duration::from_secs(15);

/// A plain-text e-mail in the recipient's language.
#[derive(Debug)]
pub struct Email {
    pub to: String,
    pub subject: String,
    pub text: String,
    /// The name of the sender, in place of that of `mail.from`.
    pub sender: Option<ProductName>,
}

/// A reply of the SMTP server that refuses an e-mail. Its text is left out: servers repeat the recipient's address in it.
#[derive(Debug, thiserror::Error)]
#[error("the SMTP server of mail.url refused an e-mail with the code {code}; its log contains the reason")]
struct Refusal {
    code: String,
    permanent: bool,
}

/// Whether e-mails are sent at all.
pub fn is_on(app: &IdentityContext) -> bool {
    app.config.mail.url.is_some()
}

/// Whether an e-mail can be sent to this address: `name@host`, without a display name.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

/// Whether the SMTP server refused an e-mail for good (5xx): a repeat would be refused too.
pub fn is_refused(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refusal>().is_some_and(|refusal| refusal.permanent)
}

/// Sends an e-mail by the SMTP server. The error contains neither address nor text.
pub async fn send(app: &IdentityContext, letter: Email) -> anyhow::Result<()> {
    send_with(app, letter, None).await
}

/// [`send`], for a recipient who can end such e-mails: a POST to this URL does (RFC 8058), a person finds it in the text.
pub async fn send_endable(app: &IdentityContext, letter: Email, end: &str) -> anyhow::Result<()> {
    send_with(app, letter, Some(end)).await
}

async fn send_with(app: &IdentityContext, letter: Email, end: Option<&str>) -> anyhow::Result<()> {
    let Some(url) = &app.config.mail.url else { anyhow::bail!("no [mail] is configured") };
    let mut from: Mailbox = app
        .config
        .mail
        .from
        .as_deref()
        .unwrap_or_default()
        .parse()
        .map_err(|_| anyhow::anyhow!("mail.from is not an address"))?;
    if let Some(name) = letter.sender {
        from.name = Some(name.as_str().to_owned());
    }
    let to: Mailbox = letter.to.parse().map_err(|_| anyhow::anyhow!("the receiver's address cannot be written to"))?;
    let mut message = Message::builder().from(from).to(to).subject(plain(&letter.subject));
    if let Some(end) = end {
        let header = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        message = message
            .raw_header(header("List-Unsubscribe", &format!("<{end}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let message = message
        .header(ContentType::TEXT_PLAIN)
        .body(plain(&letter.text))
        .map_err(|error| anyhow::anyhow!("a letter could not be made: {error}"))?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
        .map_err(|_| anyhow::anyhow!("mail.url is not the address of an SMTP server"))?
        .timeout(Some(TOGETHER))
        .build();
    let sent = tokio::time::timeout(TOGETHER, transport.send(message)).await;
    match sent {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(match error.status() {
            Some(code) => Refusal { code: code.to_string(), permanent: error.is_permanent() }.into(),
            None => anyhow::Error::new(error).context("the SMTP server of mail.url could not be used"),
        }),
        Err(_) => anyhow::bail!("the SMTP server of mail.url does not answer"),
    }
}

/// Replaces non-breaking spaces by plain ones: mail programs differ.
fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

/// Sends in the background, so that the response time does not reveal whether an e-mail was sent.
pub fn send_later(app: &std::sync::Arc<IdentityContext>, letter: Email) {
    let app = app.clone();
    base::supervisor::detach("mail", async move {
        if let Err(error) = send(&app, letter).await {
            tracing::error!(error = format!("{error:#}"), "an e-mail could not be sent");
        }
    });
}
