//! The colour of a chat, and a text colour readable on it.

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    /// Parom's default.
    pub const DEFAULT: Self = Self([0x0B, 0x5C, 0xAD]);
    pub const WHITE: Self = Self([0xFF; 3]);
    const BLACK: Self = Self([0; 3]);
    /// Minimum contrast for text (WCAG 2.2, 1.4.3).
    const READABLE: f64 = 4.5;

    /// `#0B5CAD` or `#05A`; none if it is not a colour.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let long = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            6 => digits.to_owned(),
            _ => return None,
        };
        let mut parts = [0; 3];
        hex::decode_to_slice(long, &mut parts).ok()?;
        Some(Self(parts))
    }

    /// White if readable on this colour, otherwise black: one of them always is.
    pub fn text_on(self) -> Self {
        if self.contrast(Self::WHITE) >= Self::READABLE { Self::WHITE } else { Self::BLACK }
    }

    /// The contrast of white on this colour, if it is too low.
    pub fn low_contrast(self) -> Option<f64> {
        let contrast = self.contrast(Self::WHITE);
        (contrast < Self::READABLE).then_some(contrast)
    }

    /// This colour, or the nearest darker or lighter one that is readable on a ground.
    #[must_use]
    pub fn readable_on(self, ground: Self) -> Self {
        let end = ground.text_on();
        let shades = (0..=20_u16).map(|step| self.toward(end, step));
        shades.into_iter().find(|shade| shade.contrast(ground) >= Self::READABLE).unwrap_or(end)
    }

    /// A shade with more contrast to the text on it, for what is pointed at.
    #[must_use]
    pub fn stronger(self) -> Self {
        self.toward(if self.text_on() == Self::WHITE { Self::BLACK } else { Self::WHITE }, 4)
    }

    /// So many twentieths of the way to another colour.
    fn toward(self, end: Self, twentieths: u16) -> Self {
        let mut parts = self.0;
        for (part, end) in parts.iter_mut().zip(end.0) {
            let mixed = (u16::from(*part) * (20 - twentieths) + u16::from(end) * twentieths) / 20;
            *part = u8::try_from(mixed).unwrap_or(end);
        }
        Self(parts)
    }

    /// The contrast of two colours, 1 to 21 (WCAG 2.2).
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(out, "#{red:02X}{green:02X}{blue:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_three_or_six_digits() {
        assert_eq!(Color::parse(" #0b5cad "), Some(Color::DEFAULT));
        assert_eq!(Color::parse("#fa0").unwrap().to_string(), "#FFAA00");
        for none in ["", "#", "0B5CAD", "#0B5CA", "#0B5CADFF", "#жжж", "red", "#+12", "url(x)"] {
            assert_eq!(Color::parse(none), None, "{none}");
        }
    }

    #[test]
    fn text_can_be_read_on_every_colour() {
        assert!((Color::WHITE.contrast(Color::BLACK) - 21.0).abs() < 0.01);
        assert_eq!(Color::DEFAULT.text_on(), Color::WHITE);
        assert_eq!(Color::parse("#FFDD00").unwrap().text_on(), Color::BLACK);
        assert_eq!(Color::DEFAULT.low_contrast(), None);
        assert!(Color::parse("#FFDD00").unwrap().low_contrast().is_some_and(|contrast| contrast < 1.5));
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let color = Color([red, green, blue]);
                    assert!(color.contrast(color.text_on()) >= Color::READABLE, "{color}");
                }
            }
        }
    }
}
