//! How the accounts of an integration see the service: its name, its addresses and its look.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::rule::{broken, not_an_address, rule, web};
use super::{Config, ConfigError, Integration, Vendor};
use crate::product::ProductName;

/// `[integration.brand]`: what is absent is Parom's, or `[vendor]`'s.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct BrandConfig {
    /// The name of the service in texts.
    pub name: Option<String>,
    pub legal_entity: Option<String>,
    pub legal_address: Option<String>,
    pub support_url: Option<String>,
    pub support_email: Option<String>,
    pub privacy_url: Option<String>,
    /// The accent colour, `#RRGGBB`.
    pub color: Option<String>,
    pub logo: Option<Picture>,
    /// The channel's icon, for the registration letter.
    pub icon: Option<Picture>,
    /// What the registration letter says is unique.
    pub unique: Option<String>,
}

/// An SVG or PNG picture. As text: the path of a file, `data:image/…;base64,…`, or SVG itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub mime: &'static str,
    pub bytes: Arc<[u8]>,
}

const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";

impl std::fmt::Debug for Picture {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}, {} bytes", self.mime, self.bytes.len())
    }
}

impl<'de> Deserialize<'de> for Picture {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl TryFrom<String> for Picture {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.trim_start().starts_with('<') {
            return Self::of_bytes(text.into_bytes());
        }
        let Some(data) = text.strip_prefix("data:") else {
            let read = std::fs::read(Path::new(&text));
            return Self::of_bytes(read.map_err(|error| format!("the file {text} cannot be read: {error}"))?);
        };
        let bytes = data.split_once(";base64,").and_then(|(_, coded)| STANDARD.decode(coded.trim()).ok());
        Self::of_bytes(bytes.ok_or("must be data:image/svg+xml;base64,… or data:image/png;base64,…")?)
    }
}

/// Why an uploaded picture is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureRefused {
    Large,
    /// It is neither SVG nor PNG.
    Kind,
    /// An SVG that could act.
    Active,
}

/// Whether an SVG has what runs or what is fetched from elsewhere.
fn acts(svg: &str) -> bool {
    const PARTS: [&str; 7] =
        ["<script", "<foreignobject", "<iframe", "<!entity", "javascript:", "href=\"http", "href='http"];
    let svg = svg.to_ascii_lowercase();
    let handles = |word: &str| {
        let name = word.split('=').next().unwrap_or_default();
        word.contains('=')
            && name.len() > 2
            && name.starts_with("on")
            && name.bytes().all(|sign| sign.is_ascii_alphabetic())
    };
    PARTS.iter().any(|part| svg.contains(part))
        || svg.split(|sign: char| sign.is_whitespace() || sign == '/').any(handles)
}

impl Picture {
    /// The largest picture, in bytes.
    pub const LARGEST: usize = 100_000;

    fn of_bytes(bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > Self::LARGEST {
            return Err(format!("the picture has {} bytes, at most {} are possible", bytes.len(), Self::LARGEST));
        }
        let mime = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            PNG
        } else if std::str::from_utf8(&bytes).is_ok_and(|text| text.contains("<svg")) {
            SVG
        } else {
            return Err("must be an SVG or PNG picture".to_owned());
        };
        Ok(Self { mime, bytes: bytes.into() })
    }

    /// A picture that somebody uploaded. An SVG that could act – with scripts, handlers of events, or parts from elsewhere – is
    /// refused: a logo needs none of them.
    pub fn uploaded(bytes: Vec<u8>) -> Result<Self, PictureRefused> {
        if bytes.len() > Self::LARGEST {
            return Err(PictureRefused::Large);
        }
        let picture = Self::of_bytes(bytes).map_err(|_| PictureRefused::Kind)?;
        let acts = picture.mime == SVG && std::str::from_utf8(&picture.bytes).is_ok_and(acts);
        if acts { Err(PictureRefused::Active) } else { Ok(picture) }
    }

    /// The picture as text that is read as the same.
    pub fn data(&self) -> String {
        format!("data:{};base64,{}", self.mime, STANDARD.encode(&self.bytes))
    }

    /// The file name's ending.
    pub fn ending(&self) -> &'static str {
        if self.mime == SVG { "svg" } else { "png" }
    }
}

impl BrandConfig {
    /// The keys with text, in the order of the default file.
    pub(super) fn texts(&self) -> [(&'static str, &Option<String>); 8] {
        [
            ("name", &self.name),
            ("legal_entity", &self.legal_entity),
            ("legal_address", &self.legal_address),
            ("support_url", &self.support_url),
            ("support_email", &self.support_email),
            ("privacy_url", &self.privacy_url),
            ("color", &self.color),
            ("unique", &self.unique),
        ]
    }
}

impl Integration {
    /// Its brand's name for the service.
    pub fn product(&self) -> Option<ProductName> {
        let name = self.brand.as_ref()?.name.as_deref()?.trim();
        (!name.is_empty()).then(|| ProductName::new(name))
    }
}

impl Vendor {
    /// The vendor as the accounts of this integration know it.
    #[must_use]
    pub fn of(config: &Config, integration: Option<&Integration>) -> Self {
        let mut vendor = config.vendor.clone();
        let Some(brand) = integration.and_then(|integration| integration.brand.as_ref()) else { return vendor };
        let own = |field: &mut String, value: &Option<String>| {
            if let Some(value) = value {
                field.clone_from(value);
            }
        };
        own(&mut vendor.name, &brand.name);
        own(&mut vendor.legal_entity, &brand.legal_entity);
        own(&mut vendor.legal_address, &brand.legal_address);
        own(&mut vendor.support_url, &brand.support_url);
        own(&mut vendor.support_email, &brand.support_email);
        own(&mut vendor.privacy_url, &brand.privacy_url);
        vendor
    }
}

pub(super) fn check(of: &impl Fn(&str) -> String, brand: &BrandConfig) -> Result<(), ConfigError> {
    let key = |name: &str| of(&format!("brand.{name}"));
    for (name, text) in brand.texts() {
        let Some(text) = text else { continue };
        let short = text.chars().count() <= if name == "unique" { 1_000 } else { 255 };
        rule(key(name), short && !text.contains(char::is_control), "config-brand-text")?;
    }
    for (name, address) in [("support_url", &brand.support_url), ("privacy_url", &brand.privacy_url)] {
        if let Some(address) = address.as_deref().filter(|address| !address.is_empty()) {
            let url = Url::parse(address).map_err(|error| broken(key(name), not_an_address(&error)))?;
            web(key(name), &url)?;
        }
    }
    let is_color = |text: &str| {
        text.strip_prefix('#')
            .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|one| one.is_ascii_hexdigit()))
    };
    rule(key("color"), brand.color.as_deref().is_none_or(is_color), "config-color")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uploaded_picture_is_small_still_and_a_picture() {
        let svg =
            |inside: &str| format!("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>");
        let plain = svg("<path d=\"M0 0\" style=\"fill:#fff\"/><use href=\"#a\"/>");
        assert_eq!(Picture::uploaded(plain.into_bytes()).map(|picture| picture.mime), Ok(SVG));
        assert_eq!(Picture::uploaded(b"\x89PNG\r\n\x1a\nrest".to_vec()).map(|picture| picture.mime), Ok(PNG));
        for active in [
            "<script>x</script>",
            "<rect\nonload=\"x\"/>",
            "<rect/onclick='x'/>",
            "<a href=\"javascript:x\"/>",
            "<image href=\"https://e.example\"/>",
            "<foreignObject/>",
        ] {
            assert_eq!(Picture::uploaded(svg(active).into_bytes()), Err(PictureRefused::Active), "{active}");
        }
        assert_eq!(Picture::uploaded(b"GIF89a".to_vec()), Err(PictureRefused::Kind));
        assert_eq!(Picture::uploaded(vec![b'<'; Picture::LARGEST + 1]), Err(PictureRefused::Large));
    }
}
