//! Client of the CRM API v4 (crm-api §0): the calls of a chat integration besides the Chats API.
//!
//! [`Rest`] calls one account's host, [`Drive`] its files host. Both read leniently (numbers as texts, `0`/`1` for
//! booleans, `[]` for empty objects, 204 for empty lists) and write strictly: input that amoCRM is known to refuse is
//! refused here with [`Error::Invalid`] before anything is sent.

mod account;
mod bots;
mod contacts;
mod drive;
mod events;
mod leads;
mod notes;
mod read;
mod request;
mod sources;
mod talks;
mod tasks;
mod templates;
mod unsorted;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use request::Request;
use reqwest::Client;
use secrecy::SecretString;
use url::Url;

use crate::error::Error;
use crate::transport::{self, Answer, TOTAL_TIME};
pub use account::{Account, StageRights, User, View, Webhook, Widget};
pub use bots::{BotKind, BotPlace};
pub use contacts::{Contact, ContactChat, CustomField, Field, FieldValue, NewContact};
pub use drive::{Drive, DriveFile};
pub use events::ChatEvent;
pub use leads::{Lead, LeadChange, Pipeline, PipelineStage, Tag};
pub use notes::{Note, WrittenNote};
pub use read::{Page, WRITE_BATCH};
pub use sources::{NewSource, SOURCES_BATCH, Service, ServicePage, ServiceParams, Source, SourceChange};
pub use talks::{Talk, TalkAuthor, TalkMessage};
pub use tasks::{NewTask, Task};
pub use templates::{
    NewTemplate, Review, ReviewOutcome, ReviewStatus, TEMPLATES_PAGE, Template, TemplateAttachment, TemplateButton,
    TemplateChange, WabaTemplate,
};
pub use unsorted::Unsorted;

/// A client of one account's host. Cheap to clone; contains no token.
///
/// Every call takes the access token to use. amoCRM's text about a refusal becomes the text of [`Error::Refused`], as
/// one line for people (crm-api §1.14). The client itself repeats no call.
///
/// ```no_run
/// # async fn example(http: reqwest::Client, token: secrecy::SecretString) -> Result<(), amocrm::Error> {
/// use amocrm::rest::{Field, NewContact, Rest};
///
/// let rest = Rest::new(http, "https://acme.amocrm.ru")?;
/// let known = rest.contacts_with_phone(&token, "90001122", |phone| phone == "+79990001122").await?;
/// if known.is_empty() {
///     let fields = vec![Field::phone("+79990001122")];
///     let new = NewContact { name: Some("Maria".into()), fields, ..NewContact::default() };
///     rest.create_contacts(&token, &[new]).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Rest {
    http: Client,
    base: Url,
    total_time: Duration,
    pace: Option<Pace>,
}

/// A rate limit that every request waits for, also if one method makes several.
pub type Pace = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

impl Rest {
    /// A client for e.g. `https://acme.amocrm.ru`; a path in `base_url` is kept in front of `/api/v4`.
    ///
    /// `http` must follow no redirects, send no cookies and use no unintended proxy, see the crate's documentation.
    /// Check a host with [`HostRules`](crate::HostRules) before sending a token there. Fails with [`Error::Invalid`] if
    /// `base_url` is not a plain http(s) address.
    pub fn new(http: Client, base_url: &str) -> Result<Self, Error> {
        let base = transport::base_url("Rest::new", base_url)?;
        Ok(Self { http, base, total_time: TOTAL_TIME, pace: None })
    }

    /// The same client with another total time limit for each call (default [`TOTAL_TIME`]).
    pub fn with_total_time(mut self, total_time: Duration) -> Self {
        self.total_time = total_time;
        self
    }

    /// The same client, each of whose calls waits for `pace` first: amoCRM accepts seven a second (crm-api §1.13).
    pub fn paced(mut self, pace: Pace) -> Self {
        self.pace = Some(pace);
        self
    }

    async fn call(&self, token: &SecretString, request: Request<'_>) -> Result<Answer, Error> {
        if let Some(pace) = &self.pace {
            pace().await;
        }
        let url = transport::join(&self.base, ["api", "v4"].into_iter().chain(request.path.iter().copied()));
        request.send(&self.http, url, token, self.total_time).await
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rest").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}
