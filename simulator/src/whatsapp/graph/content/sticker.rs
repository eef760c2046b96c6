//! Validates stickers: WebP of 512 × 512, at most 100 KB if static, 500 KB if animated.

const STILL: usize = 100 * 1024;
const ANIMATED: usize = 500 * 1024;

/// The error is the `details` of 131053.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let (width, height, is_animated) = read(bytes).ok_or("Sticker file is not a valid WebP.")?;
    if (width, height) != (512, 512) {
        return Err(format!("Sticker dimensions must be 512x512, got {width}x{height}."));
    }
    let most = if is_animated { ANIMATED } else { STILL };
    if bytes.len() > most {
        return Err(format!("Media file size too big. Max file size we currently support: {most} bytes."));
    }
    Ok(())
}

/// Width, height, and whether it is animated.
fn read(bytes: &[u8]) -> Option<(u32, u32, bool)> {
    let little = |at: usize, count: usize| -> Option<u32> {
        let part = bytes.get(at..at + count)?;
        Some(part.iter().rev().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)))
    };
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(24, 3)? + 1, little(27, 3)? + 1, bytes.get(20)? & 0x02 != 0)),
        b"VP8 " => Some((little(26, 2)? & 0x3FFF, little(28, 2)? & 0x3FFF, false)),
        b"VP8L" => {
            let packed = little(21, 4)?;
            Some(((packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1, false))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extended(flags: u8, size: usize) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0".to_vec();
        bytes.extend_from_slice(&[flags, 0, 0, 0, 0xFF, 0x01, 0x00, 0xFF, 0x01, 0x00]);
        bytes.resize(size, 0);
        bytes
    }

    #[test]
    fn size_and_form_are_looked_at() {
        assert_eq!(check(&extended(0, STILL)), Ok(()));
        assert!(check(&extended(0, STILL + 1)).is_err());
        assert_eq!(check(&extended(2, ANIMATED)), Ok(()));
        assert!(check(&extended(2, ANIMATED + 1)).is_err());
        let small = include_bytes!("../../../../assets/samples/sticker.webp");
        assert_eq!(check(small), Err("Sticker dimensions must be 512x512, got 128x128.".to_owned()));
        assert_eq!(check(b"GIF89a"), Err("Sticker file is not a valid WebP.".to_owned()));
    }
}
