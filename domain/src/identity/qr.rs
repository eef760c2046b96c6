//! QR codes.

use qrcode::QrCode;
use qrcode::render::svg;

/// A text as an `<svg>` element, dark on white, with the quiet zone that scanners need.
pub fn picture(text: &str) -> anyhow::Result<String> {
    let picture = QrCode::new(text)?.render::<svg::Color<'_>>().min_dimensions(200, 200).quiet_zone(true).build();
    Ok(picture.split_once("<svg").map_or(String::new(), |(_, rest)| format!("<svg{rest}")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_picture_is_one_element_without_a_prolog() {
        let picture = super::picture("https://t.me/acme_bot").unwrap();
        assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"), "{picture}");
        assert!(super::picture(&"x".repeat(8000)).is_err(), "too long for any code");
    }
}
