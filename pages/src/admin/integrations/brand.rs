//! The brand's fields in the form of an integration.

use base::config::{BrandConfig, Picture};
use connectors::{Field, Input};
use serde_json::{Value, json};

use super::fields::filled;

/// How its accounts see the service.
pub const FIELDS: [Field; 10] = [
    Field::optional("brand_name", Input::Text, "admin-brand-name").with_hint("admin-brand-name-hint"),
    Field::optional("brand_color", Input::Text, "admin-brand-color").with_hint("admin-brand-color-hint"),
    Field::optional("brand_logo", Input::Paragraph, "admin-brand-logo").with_hint("admin-brand-picture-hint"),
    Field::optional("brand_support_url", Input::Url, "admin-brand-support-url").with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_support_email", Input::Text, "admin-brand-support-email")
        .with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_privacy_url", Input::Url, "admin-brand-privacy").with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_legal_entity", Input::Text, "admin-brand-entity").with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_legal_address", Input::Text, "admin-brand-address").with_hint("admin-brand-vendor-hint"),
    Field::optional("brand_icon", Input::Paragraph, "admin-brand-icon").with_hint("admin-brand-picture-hint"),
    Field::optional("brand_unique", Input::Paragraph, "admin-brand-unique").with_hint("admin-brand-unique-hint"),
];

/// Adds what the form shows of a brand.
pub fn show(brand: Option<&BrandConfig>, shown: &mut Value) {
    let Some(brand) = brand else { return };
    let picture = |picture: &Option<Picture>| picture.as_ref().map(shown_picture);
    let values = json!({
        "brand_name": brand.name,
        "brand_color": brand.color,
        "brand_logo": picture(&brand.logo),
        "brand_support_url": brand.support_url,
        "brand_support_email": brand.support_email,
        "brand_privacy_url": brand.privacy_url,
        "brand_legal_entity": brand.legal_entity,
        "brand_legal_address": brand.legal_address,
        "brand_icon": picture(&brand.icon),
        "brand_unique": brand.unique,
    });
    if let (Some(shown), Value::Object(values)) = (shown.as_object_mut(), values) {
        shown.extend(values);
    }
}

/// The brand that a form describes; the name of a field that cannot be read is the error.
pub fn read(settings: &Value) -> Result<Option<BrandConfig>, &'static str> {
    let brand = BrandConfig {
        name: filled(settings, "brand_name"),
        color: filled(settings, "brand_color"),
        logo: picture(settings, "brand_logo")?,
        support_url: filled(settings, "brand_support_url"),
        support_email: filled(settings, "brand_support_email"),
        privacy_url: filled(settings, "brand_privacy_url"),
        legal_entity: filled(settings, "brand_legal_entity"),
        legal_address: filled(settings, "brand_legal_address"),
        icon: picture(settings, "brand_icon")?,
        unique: filled(settings, "brand_unique").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")),
    };
    Ok((brand != BrandConfig::default()).then_some(brand))
}

/// A picture as the form shows it: SVG as its text.
fn shown_picture(picture: &Picture) -> String {
    match std::str::from_utf8(&picture.bytes) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => picture.data(),
    }
}

/// A picture that was typed: SVG or `data:…`. A path would name a file of this machine.
fn picture(settings: &Value, name: &'static str) -> Result<Option<Picture>, &'static str> {
    let Some(text) = filled(settings, name) else { return Ok(None) };
    let typed = text.trim();
    if !typed.starts_with('<') && !typed.starts_with("data:") {
        return Err(name);
    }
    Picture::try_from(typed.to_owned()).map(Some).map_err(|_| name)
}
