//! The look of an integration's accounts: the name, logo and accent colour of its brand, for the panel and its e-mails.
//!
//! The pictures and the style sheet are public, like the consent page of the integration: they hold nothing else.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base::browser::asset;
use base::config::{Integration, Integrations, Picture};
use base::product::ProductName;
use connectors::webchat::Color;
use sha2::{Digest, Sha256};

use crate::platform::PlatformContext;
use crate::public_page;

/// The picture of pages without a brand's.
const MARK: &str = "/panel/static/mark.svg";
/// Grounds of the panel's pages, light and dark.
const LIGHT: &str = "#FFFFFF";
const DARK: &str = "#10171F";

/// What a page shows of a brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The address of the logo.
    pub logo: String,
    /// The logo's type.
    pub logo_mime: &'static str,
    /// The address of the style sheet with the accent colour, if there is one.
    pub style: Option<String>,
}

impl Look {
    /// That of an integration's accounts; Parom's own without one.
    pub fn of(integration: Option<&Integration>) -> Self {
        let parom = Self { logo: MARK.to_owned(), logo_mime: "image/svg+xml", style: None };
        let Some((integration, brand)) = integration.and_then(|one| Some((one, one.brand.as_ref()?))) else {
            return parom;
        };
        // The version in the address changes with the content, so that a browser does not show what it stored before.
        let address = |file: &str, content: &[u8]| {
            let version = hex::encode(&Sha256::digest(content)[..6]);
            format!("/brand/{}/{file}?v={version}", integration.name)
        };
        Self {
            logo: brand.logo.as_ref().map_or(parom.logo, |logo| address("logo", &logo.bytes)),
            logo_mime: brand.logo.as_ref().map_or(parom.logo_mime, |logo| logo.mime),
            style: brand.color.as_deref().map(|color| address("style.css", color.as_bytes())),
        }
    }
}

/// The name that all these accounts' integrations have in common; none if they differ.
pub fn common(integrations: &Integrations, of: impl IntoIterator<Item = String>) -> Option<Arc<Integration>> {
    let mut found: Option<Arc<Integration>> = None;
    for name in of {
        let one = integrations.named(&name)?;
        match &found {
            Some(first) if first.brand != one.brand => return None,
            Some(_) => {}
            None => found = Some(one),
        }
    }
    found.or_else(|| integrations.of_one_brand())
}

/// The name of the service for these accounts' integrations, if they have one in common.
pub fn product(integrations: &Integrations, of: impl IntoIterator<Item = String>) -> Option<ProductName> {
    common(integrations, of).and_then(|one| one.product())
}

/// `/brand/{integration}/…`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/brand/{name}/logo", web::get().to(logo))
        .route("/brand/{name}/icon", web::get().to(icon))
        .route("/brand/{name}/style.css", web::get().to(style));
}

async fn logo(app: web::Data<PlatformContext>, name: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let found = app.integrations.named(&name);
    picture(found.and_then(|one| one.brand.as_ref()?.logo.clone()), &request)
}

async fn icon(app: web::Data<PlatformContext>, name: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let found = app.integrations.named(&name);
    picture(found.and_then(|one| one.brand.as_ref()?.icon.clone()), &request)
}

/// An SVG picture can hold scripts: the policy lets it do nothing when it is opened by its address.
fn picture(picture: Option<Picture>, request: &HttpRequest) -> HttpResponse {
    let Some(picture) = picture else { return public_page::nothing(request) };
    let mut answer = asset::respond(picture.mime, web::Bytes::copy_from_slice(&picture.bytes), request);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(policy));
    answer
}

async fn style(app: web::Data<PlatformContext>, name: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let found = app.integrations.named(&name);
    let color = found.and_then(|one| Color::parse(one.brand.as_ref()?.color.as_deref()?));
    match color {
        Some(color) => asset::respond(asset::STYLE, accents(color).into(), &request),
        None => public_page::nothing(&request),
    }
}

/// The panel's variables for an accent colour, which is readable in both themes.
fn accents(color: Color) -> String {
    let on = |ground: &str| Color::parse(ground).map_or(color, |ground| color.readable_on(ground));
    let (light, dark) = (on(LIGHT), on(DARK));
    format!(
        ":root{{--accent:light-dark({light},{dark});--accent-hover:light-dark({},{});--on-accent:light-dark({},{});\
         --focus:light-dark({light},{dark})}}\n",
        light.stronger(),
        dark.stronger(),
        light.text_on(),
        dark.text_on(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accent_is_readable_in_both_themes() {
        for color in ["#0B7A4B", "#FFEE00", "#000000", "#FFFFFF", "#808080"] {
            let text = accents(Color::parse(color).unwrap());
            let colors = text.split("--accent:light-dark(").nth(1).unwrap().split(')').next().unwrap();
            let (light, dark) = colors.split_once(',').unwrap();
            for (one, ground) in [(light, LIGHT), (dark, DARK)] {
                let (one, ground) = (Color::parse(one).unwrap(), Color::parse(ground).unwrap());
                assert_eq!(one.readable_on(ground), one, "{color}: {text}");
            }
        }
        assert!(accents(Color::parse("#0B7A4B").unwrap()).contains("--accent:light-dark(#0B7A4B,"));
    }
}
