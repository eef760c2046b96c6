//! Light or dark theme: that of the device, or the one chosen for this browser. In a frame of amoCRM it is light, like
//! the page around it.

use actix_web::HttpRequest;
use actix_web::http::header;
use base::browser::cookie;
use domain::identity::realm;
use serde::Deserialize;

use super::Form;
use super::sign_in::back;
use super::{Member, to};
use crate::panel::{Answer, AppData};

/// The cookie with the choice; without it the device decides.
const COOKIE: &str = "theme";

/// The theme of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// The device's theme.
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// In the order of the form.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The value in form and cookie; message keys are `theme-{word}`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }

    /// The theme chosen in this browser.
    pub fn of_request(request: &HttpRequest) -> Self {
        if realm::is_framed(request) {
            return Self::Light;
        }
        cookie::value(request, COOKIE).and_then(|word| Self::of(&word)).unwrap_or(Self::Auto)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThemeForm {
    to: String,
}

/// `POST /panel/theme`: redirects back to the page it was sent from.
pub(super) async fn choose(app: AppData, request: HttpRequest, _member: Member, form: Form<ThemeForm>) -> Answer {
    let mut answer = to(&back(&request));
    let chosen = Theme::of(&form.to);
    let url = &app.config.server.public_url;
    if let Some(line) = chosen.and_then(|theme| cookie::choice(url, COOKIE, "/panel", theme.as_str())) {
        answer.headers_mut().append(header::SET_COOKIE, line);
    }
    Ok(answer)
}
