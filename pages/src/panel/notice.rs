//! The message that is shown once, on the next page.

use std::fmt::Display;

use actix_web::HttpRequest;
use actix_web::http::Method;
use base::error::Result;
use domain::identity::realm::LIVE;
use domain::identity::session as sessions;
use entity::session;
use serde::{Deserialize, Serialize};

use super::PanelContext;

base::worded! {
    /// Presentation of a state or notice: icon, colour and, for screen readers, urgency.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Tone, as_str {
        Ok = "ok",
        Wait = "wait",
        Warn = "warn",
        Bad = "bad",
        Off = "off",
        Odd = "odd",
    }
}

/// A tone, or the name of one.
pub trait ToTone {
    fn tone(&self) -> Tone;
}

impl ToTone for Tone {
    fn tone(&self) -> Tone {
        *self
    }
}

impl ToTone for str {
    fn tone(&self) -> Tone {
        Tone::parse(self).unwrap_or(Tone::Odd)
    }
}

impl<T: ToTone + ?Sized> ToTone for &T {
    fn tone(&self) -> Tone {
        (**self).tone()
    }
}

/// A message for the top of the page, already translated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub tone: Tone,
    pub text: String,
    /// A value to copy, such as a link or a key, shown only once. Empty if there is none.
    #[serde(default)]
    pub copy: String,
}

impl Notice {
    /// A success message.
    pub fn done(text: impl Display) -> Self {
        Self::of(Tone::Ok, text)
    }

    /// A failure message.
    pub fn failed(text: impl Display) -> Self {
        Self::of(Tone::Bad, text)
    }

    pub fn of(tone: Tone, text: impl Display) -> Self {
        Self { tone, text: text.to_string(), copy: String::new() }
    }

    /// With a value to copy.
    #[must_use]
    pub fn with_copy(self, copy: impl Into<String>) -> Self {
        Self { copy: copy.into(), ..self }
    }
}

/// Takes the stored notice for the page that is about to be shown.
pub(super) async fn taken(
    app: &PanelContext,
    request: &HttpRequest,
    session: &session::Model,
) -> Result<Option<Notice>> {
    let shows = request.method() == Method::GET && !request.headers().contains_key(LIVE);
    if session.notice.is_empty() || !shows || request.match_info().as_str() == "/panel/events" {
        return Ok(None);
    }
    // It is kept while nothing can be written, and then shown again.
    if !app.is_read_only() {
        sessions::set_notice(&app.identity, app.store.write(), session, "").await?;
    }
    Ok(serde_json::from_str(&sessions::notice(&app.identity, session)).ok())
}
