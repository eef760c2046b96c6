//! What a visitor says, on its way in: with who they are, where they are, and what they agreed to.

use anyhow::Context;
use entity::{conversation, message};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use super::door::{Guest, Result};
use super::guests::Act;
use super::history;
use crate::app::App;
use crate::delivery::queue::parcel::Outcome;
use crate::error::Error;
use crate::intake::message::{Incoming, accept};
use crate::message::{Body, Content, Person, Role, Visit, Visits};
use crate::words::{Language, Said, Words};

/// Characters of a row's id, and of a name.
const SHORT: usize = 255;
/// Characters of a text.
const TEXT_LENGTH: usize = 4096;
/// Digits of a phone number (ITU-T E.164), the shortest ones in use included.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// What the customer told of themselves when they were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct About {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
}

/// Where the page says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VisitIn {
    url: String,
    title: String,
    referrer: String,
    landing: String,
}

/// What goes with everything that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Around {
    pub about: Option<About>,
    pub visit: Option<VisitIn>,
    /// They agree to what the chat asks them to.
    pub consent: bool,
}

/// A message of a visitor.
#[derive(Clone, Debug)]
pub struct Saying {
    /// Made by the browser before the first try.
    pub id: Uuid,
    pub content: Content,
    /// The row of a list that was chosen; the text is its title.
    pub callback_data: Option<String>,
    pub around: Around,
}

/// A message that is stored.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// Ours.
    pub message_id: Uuid,
    /// It came before.
    pub duplicate: bool,
}

/// Stores a message. 409: its id came before with something else.
pub async fn say(app: &App, guest: &Guest, saying: Saying) -> Result<Stored> {
    if saying.callback_data.as_ref().is_some_and(|row| row.chars().count() > SHORT) {
        return Err(Error::field("/callback_data", Said::new("said-most-characters").with("most", SHORT)).into());
    }
    if let Some(about) = &saying.around.about {
        about.check()?;
    }
    let conversation = conversation_of(app, guest).await?;
    if conversation.is_none() {
        begins(app, guest, &saying).await?;
    }
    let visit = visit_of(app, saying.around.visit.unwrap_or_default());
    let sender = Person {
        profile_url: visit.as_ref().map(|visit| visit.url.clone()),
        ..person(app, guest, conversation.as_ref(), saying.around.about.unwrap_or_default()).await?
    };
    let incoming = Incoming {
        external_id: saying.id.to_string(),
        conversation_id: guest.visitor.id.clone(),
        sent_at: None,
        body: Body { callback_data: saying.callback_data, ..Body::new(sender, saying.content) },
    };
    let outcome = accept(app, guest.source(), incoming, None).await?;
    app.guests.say_spoke(&guest.visitor.id, saying.id);
    if let Outcome::Duplicate { same: false, .. } = outcome {
        let detail = Said::new("said-message-said-else");
        return Err(Error::Conflict { problem: "message_conflict", detail }.into());
    }
    note(app, guest, outcome.message_id(), visit, saying.around.consent).await?;
    Ok(Stored { message_id: outcome.message_id(), duplicate: matches!(outcome, Outcome::Duplicate { .. }) })
}

/// A text as it is stored: line ends as scripts have them, no space around. 422: it is empty or too long.
pub fn checked(text: &str) -> Result<String, Error> {
    match caption(text)? {
        None => Err(Error::field("/text", Said::new("said-empty"))),
        Some(text) => Ok(text),
    }
}

/// The same for the words beside a file, which may be none.
pub fn caption(text: &str) -> Result<Option<String>, Error> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    match text.chars().count() {
        0 => Ok(None),
        length if length > TEXT_LENGTH => {
            Err(Error::field("/text", Said::new("said-most-characters").with("most", TEXT_LENGTH)))
        }
        _ => Ok(Some(text.to_owned())),
    }
}

async fn conversation_of(app: &App, guest: &Guest) -> Result<Option<conversation::Model>> {
    let source = guest.source();
    let Some(id) = history::conversation_of(app, source, &guest.visitor).await? else { return Ok(None) };
    let row = conversation::Entity::of_tenant(source.tenant_id).filter(conversation::Column::Id.eq(id));
    Ok(row.one(app.store.read()).await?)
}

/// A chat begins when it may.
async fn begins(app: &App, guest: &Guest, saying: &Saying) -> Result<()> {
    if guest.place.settings.consent_text.is_some() && !saying.around.consent {
        return Err(Error::field("/consent", Said::new("chat-consent-needed")).into());
    }
    guest.pace(app, Act::Begin).await
}

impl About {
    fn check(&self) -> Result<(), Error> {
        if self.name.as_ref().is_some_and(|name| name.chars().count() > SHORT) {
            return Err(Error::field("/about/name", Said::new("said-most-characters").with("most", SHORT)));
        }
        if self.phone.as_deref().is_some_and(|phone| !is_phone(phone)) {
            return Err(Error::field("/about/phone", Said::new("chat-wrong-phone")));
        }
        if self.email.as_deref().is_some_and(|email| !is_email(email)) {
            return Err(Error::field("/about/email", Said::new("chat-wrong-email")));
        }
        Ok(())
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    PHONE_DIGITS.contains(&digits) && text.chars().all(|sign| sign.is_ascii_digit() || " +-().".contains(sign))
}

fn is_email(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|sign| sign.is_whitespace() || sign.is_control());
    let (name, host) = text.split_once('@').unwrap_or_default();
    text.len() <= 254 && plain(name) && plain(host) && host.contains('.') && !host.contains('@')
}

/// Who writes: as the site says of a customer, as they told when the chat began, else by a name that we make up.
async fn person(app: &App, guest: &Guest, conversation: Option<&conversation::Model>, about: About) -> Result<Person> {
    let known: Person = match conversation {
        Some(row) => serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?,
        None => Person::default(),
    };
    // What was told once stays; what was not asked at first may be told later.
    let (phone, email) = (known.phone.or(about.phone), known.email.or(about.email));
    let site = guest.customer.as_ref();
    let site_phone = site.and_then(|site| site.phone.clone()).filter(|phone| is_phone(phone));
    let site_email = site.and_then(|site| site.email.clone()).filter(|email| is_email(email));
    let told = if conversation.is_none() { about.name } else { known.name };
    let name = site.and_then(|site| site.name.clone()).or(told);
    Ok(Person {
        id: guest.visitor.id.clone(),
        role: Role::Client,
        name: Some(match name {
            Some(name) => name,
            None => made_up(app, guest).await,
        }),
        phone: site_phone.or(phone),
        email: site_email.or(email),
        ..Person::default()
    })
}

/// The name by which managers see a visitor who told none, in the account's language.
async fn made_up(app: &App, guest: &Guest) -> String {
    let tenant = app.lookup.tenant(guest.source().tenant_id).await.ok().flatten();
    let language = tenant.map_or(Language::En, |tenant| crate::tenant::language(&app.config, &tenant));
    Words::new(language).say("chat-visitor").with("code", guest.visitor.code()).to_string()
}

fn visit_of(app: &App, told: VisitIn) -> Option<Visit> {
    Visit::told(&told.url, &told.title, &told.referrer, &told.landing, app.clock.millis())
}

/// Keeps with the conversation where its customer is. What is lost by a crash in between comes with the next message.
async fn note(app: &App, guest: &Guest, message_id: Uuid, visit: Option<Visit>, agreed: bool) -> Result<()> {
    let tenant_id = guest.source().tenant_id;
    let stored = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(message_id));
    let Some(stored) = stored.one(app.store.read()).await? else { return Ok(()) };
    let row = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(stored.conversation_id));
    let Some(row) = row.one(app.store.read()).await? else { return Ok(()) };
    let before = Visits::stored(&row.visit).unwrap_or_default();
    let mut now = visit.into_iter().fold(before.clone(), Visits::and);
    if agreed {
        now.agreed_at.get_or_insert(app.clock.millis());
    }
    if now == before {
        return Ok(());
    }
    conversation::Entity::update_many()
        .col_expr(conversation::Column::Visit, Expr::value(serde_json::to_string(&now).context("a visit as JSON")?))
        .filter(conversation::Column::TenantId.eq(tenant_id))
        .filter(conversation::Column::Id.eq(row.id))
        .exec(app.store.write())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_between_1_and_4096_characters_without_the_space_around() {
        assert_eq!(checked("  a \r\n b\n").unwrap(), "a \n b");
        assert!(checked(" \n\t ").is_err());
        assert!(checked(&format!(" {} ", "я".repeat(4096))).is_ok());
        assert!(checked(&"a".repeat(4097)).is_err());
        assert_eq!(caption(" ").unwrap(), None);
    }

    #[test]
    fn phones_and_addresses_look_like_some() {
        for phone in ["+7 (915) 111-22-33", "89151112233", "+1.202.555.0100"] {
            assert!(is_phone(phone), "{phone}");
        }
        for phone in ["", "123", "call me", "+7915111223344556677", "7915111<b>22"] {
            assert!(!is_phone(phone), "{phone}");
        }
        for email in ["anna@example.com", "анна@пример.рф", "a+b@c.d"] {
            assert!(is_email(email), "{email}");
        }
        for email in ["", "anna", "@example.com", "anna@", "a b@c.d", "a@b", "a@b@c.d"] {
            assert!(!is_email(email), "{email}");
        }
    }
}
