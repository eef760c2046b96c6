//! Images (crm-api §9.2).

use super::{Subject, texts};
use crate::inputs::Platform;
use crate::manifest::LOGOS;

const HEAVIEST: usize = 300 * 1000;
const HEAD: usize = 16 * 1024;
const TOUR: (u32, u32) = (1188, 616);
const ICON: &str = "images/icon.svg";

/// Properties of an image, read from its first bytes.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    kind: &'static str,
    pixels: (u32, u32),
    moves: bool,
}

pub(super) fn look(subject: &mut Subject<'_>) {
    let mut required: Vec<(String, (u32, u32))> =
        LOGOS.iter().map(|(name, width, height)| ((*name).to_owned(), (*width, *height))).collect();
    if subject.locations().iter().any(|location| location == "digital_pipeline") {
        required.push(("images/logo_dp.png".to_owned(), (174, 109)));
    }
    required.extend(tour(subject).into_iter().map(|name| (name, TOUR)));
    for (name, pixels) in required {
        match subject.archive.files.get(&name).map(|content| picture(content)) {
            None => subject.find("image-missing", &name, None, "this image must be there"),
            Some(Some(picture)) if picture.pixels != pixels => {
                let ((width, height), (wide, high)) = (picture.pixels, pixels);
                subject.find("image-size", &name, None, format!("{width}×{height}; it must be {wide}×{high}"));
            }
            Some(_) => {}
        }
    }
    for (name, content) in subject.archive.files.iter().filter(|(name, _)| name.starts_with("images/")) {
        if content.len() > HEAVIEST {
            subject.find("image-weight", name, None, format!("{} KB; at most 300", content.len() / 1000));
        }
        if name != ICON {
            form(subject, name, content);
        }
    }
    if subject.platform == Platform::Kommo {
        icon(subject);
    }
}

/// Names of the tour images; checks their number for each language.
fn tour(subject: &mut Subject<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for language in subject.locale() {
        let names = texts(&subject.manifest["tour"]["tour_images"][&language]);
        if names.is_empty() || names.len() > 5 {
            let message = format!("\"{language}\" has {} tour images; one to five are taken", names.len());
            subject.find("tour", "manifest.json", None, message);
        }
        all.extend(names.iter().map(|name| name.trim_start_matches('/').to_owned()));
    }
    all
}

fn form(subject: &mut Subject<'_>, name: &str, content: &[u8]) {
    let Some(picture) = picture(content) else {
        subject.find("image-format", name, None, "neither PNG nor JPEG nor GIF");
        return;
    };
    if subject.platform == Platform::Kommo && picture.kind != "png" {
        subject.find("image-format", name, None, "Kommo takes PNG alone");
    }
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase().replace("jpg", "jpeg");
    if ending != picture.kind {
        subject.find("image-format", name, None, format!("the name says {ending}, the content is {}", picture.kind));
    }
    if picture.moves {
        subject.find("image-animated", name, None, "images must not move");
    }
}

/// Kommo's icon must be visible on white and on its dark blue.
fn icon(subject: &mut Subject<'_>) {
    let Some(text) = subject.archive.text(ICON) else {
        subject.find("kommo-icon", ICON, None, "Kommo asks for the icon as SVG");
        return;
    };
    let colours = text.split('#').skip(1).filter_map(|rest| colour(rest.get(..6)?));
    let seen = |colour: f64| contrast(colour, 1.0) >= 3.0 && contrast(colour, luminance([0x15, 0x30, 0x43])) >= 3.0;
    if !text.contains("<svg") || !colours.map(luminance).any(seen) {
        subject.find("kommo-icon", ICON, None, "no colour in it has a contrast of 3 on #FFFFFF and on #153043");
    }
}

fn colour(hex: &str) -> Option<[u8; 3]> {
    let part = |from: usize| u8::from_str_radix(hex.get(from..from + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// Relative luminance by WCAG.
fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let share = f64::from(part) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn picture(content: &[u8]) -> Option<Picture> {
    if content.starts_with(b"\x89PNG\r\n\x1a\n") {
        // The chunk that marks an animated PNG precedes the image data, so it is near the beginning.
        let moves = content.windows(4).take(HEAD).any(|name| name == b"acTL");
        return Some(Picture { kind: "png", pixels: (big(content, 16, 4)?, big(content, 20, 4)?), moves });
    }
    if content.starts_with(b"GIF8") {
        let side = |at: usize| Some(u32::from(*content.get(at)?) + 256 * u32::from(*content.get(at + 1)?));
        let frames = content.windows(3).filter(|mark| mark == b"\x21\xf9\x04").count();
        return Some(Picture { kind: "gif", pixels: (side(6)?, side(8)?), moves: frames > 1 });
    }
    if content.starts_with(b"\xff\xd8") {
        return Some(Picture { kind: "jpeg", pixels: jpeg(content)?, moves: false });
    }
    None
}

/// Size of a JPEG in pixels, from its first frame header.
fn jpeg(content: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    while *content.get(at)? == 0xff {
        let marker = *content.get(at + 1)?;
        let frame = (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if frame {
            return Some((big(content, at + 7, 2)?, big(content, at + 5, 2)?));
        }
        at += 2 + usize::try_from(big(content, at + 2, 2)?).ok()?;
    }
    None
}

/// A big-endian number.
fn big(content: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(content.get(at..at + length)?.iter().fold(0, |sum, &byte| sum * 256 + u32::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_each_format() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\xa4\0\0\x02\x68";
        assert_eq!(picture(png), Some(Picture { kind: "png", pixels: (1188, 616), moves: false }));
        let gif = b"GIF89a\x54\0\x55\0\x21\xf9\x04..\x21\xf9\x04";
        assert_eq!(picture(gif), Some(Picture { kind: "gif", pixels: (84, 85), moves: true }));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x54\0\x55";
        assert_eq!(picture(jpeg), Some(Picture { kind: "jpeg", pixels: (85, 84), moves: false }));
        assert_eq!(picture(b"<svg"), None);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let blue = luminance([0x2b, 0x7d, 0xd6]);
        assert!((contrast(blue, 1.0) - 4.19).abs() < 0.01);
        assert!((contrast(blue, luminance([0x15, 0x30, 0x43])) - 3.26).abs() < 0.01);
    }
}
