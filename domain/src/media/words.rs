//! Texts in place of a file.

use base::i18n::Words;

/// The text of a message whose file is unavailable: that it could not be loaded, then the caption.
pub fn placeholder(words: Words, file_name: &str, caption: Option<&str>) -> String {
    let instead = match file_name {
        "" => words.text("media-not-loaded-unnamed").to_string(),
        name => words.text("media-not-loaded").with("name", name.to_owned()).to_string(),
    };
    match caption.filter(|caption| !caption.trim().is_empty()) {
        Some(caption) => format!("{instead}\n{caption}"),
        None => instead,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::i18n::Language;

    #[test]
    fn the_placeholder_of_an_unavailable_file_exists_in_both_languages() {
        let plain = |language, name, caption| placeholder(Words::new(language), name, caption).replace('\u{a0}', " ");
        assert_eq!(plain(Language::En, "photo.jpg", None), "[photo.jpg could not be loaded]");
        assert_eq!(plain(Language::Ru, "фото.jpg", Some("вот")), "[не удалось загрузить фото.jpg]\nвот");
        assert_eq!(plain(Language::En, "", Some(" ")), "[the file could not be loaded]");
    }
}
