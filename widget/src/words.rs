//! `i18n/*.json` from the Fluent files: the texts of the scripts, in a form from which JavaScript can choose plurals.
//!
//! `a = { $n -> [one] { $n } source *[other] { $n } sources } left` becomes
//! `{"text":"{1} left","1":{"by":"n","one":"{n} source","few":…,"many":…,"other":"{n} sources"}}`;
//! a text without a choice is a string. All CLDR forms are written in every language, so that all files have the same
//! structure.

use std::collections::BTreeMap;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Variant, VariantKey};
use serde_json::{Map, Value};

use crate::embedded;

/// The language of texts without a translation.
const ENGLISH: &str = "en";

const FORMS: [&str; 4] = ["one", "few", "many", "other"];

/// A text that cannot be converted for the widget.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    #[error("there are no words in \"{0}\": locales/ has no such folder")]
    NoLanguage(String),
    #[error("locales/{language}: {detail}")]
    Syntax { language: String, detail: String },
    #[error("locales/{language}: `{key}` uses what the widget cannot: {detail}")]
    Unsupported { language: String, key: String, detail: &'static str },
    #[error("locales/{language} has no `{key}`, which the widget says")]
    Missing { language: String, key: String },
}

/// Texts of a language by key.
pub struct Words {
    language: String,
    sentences: BTreeMap<String, Value>,
}

impl Words {
    /// The texts of a language, and the English ones where it has none. Texts that cannot be converted are errors only
    /// when they are requested.
    pub fn of(language: &str) -> Result<Self, WordsError> {
        let own = Self::own(language)?;
        let mut sentences = Self::own(ENGLISH)?;
        sentences.extend(own);
        Ok(Self { language: language.to_owned(), sentences })
    }

    /// The texts of the Fluent files of a language.
    fn own(language: &str) -> Result<BTreeMap<String, Value>, WordsError> {
        let texts = embedded::language(language);
        if texts.is_empty() {
            return Err(WordsError::NoLanguage(language.to_owned()));
        }
        let mut sentences = BTreeMap::new();
        for text in texts {
            let resource = fluent_syntax::parser::parse(text).map_err(|(_, errors)| {
                let detail = errors.first().map(ToString::to_string).unwrap_or_default();
                WordsError::Syntax { language: language.to_owned(), detail }
            })?;
            for entry in resource.body {
                if let Entry::Message(Message { id, value: Some(value), .. }) = entry {
                    sentences.insert(id.name.to_owned(), sentence(&value).unwrap_or_else(unsupported));
                }
            }
        }
        Ok(sentences)
    }

    /// Whether the language has this text.
    pub fn has(&self, key: &str) -> bool {
        self.sentences.contains_key(key)
    }

    /// Keys with this prefix, except those of explanations, which the server sends with their values filled in.
    pub fn beginning(&self, prefix: &str) -> Vec<String> {
        let explains = |key: &&String| key.ends_with("-hint") || key.ends_with("-about") || key.ends_with("-fix");
        self.sentences.keys().filter(|key| key.starts_with(prefix) && !explains(key)).cloned().collect()
    }

    /// A text in the widget's form.
    pub fn sentence(&self, key: &str) -> Result<Value, WordsError> {
        match self.sentences.get(key) {
            None => Err(WordsError::Missing { language: self.language.clone(), key: key.to_owned() }),
            Some(Value::Null) => Err(WordsError::Unsupported {
                language: self.language.clone(),
                key: key.to_owned(),
                detail: "a reference, a function or a choice within a choice",
            }),
            Some(sentence) => Ok(sentence.clone()),
        }
    }

    /// A text without placeables, as a string.
    pub fn plain(&self, key: &str) -> Result<String, WordsError> {
        match self.sentence(key)? {
            Value::String(text) if !text.contains('{') => Ok(text),
            _ => Err(WordsError::Unsupported {
                language: self.language.clone(),
                key: key.to_owned(),
                detail: "a placeable where plain text is required",
            }),
        }
    }
}

/// A construct that the widget's form does not support.
struct Unsupported;

fn unsupported(_: Unsupported) -> Value {
    Value::Null
}

fn sentence(pattern: &Pattern<&str>) -> Result<Value, Unsupported> {
    let mut text = String::new();
    let mut choices = Map::new();
    for element in &pattern.elements {
        match element {
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                let number = (choices.len() + 1).to_string();
                text.push_str(&format!("{{{number}}}"));
                choices.insert(number, choice(selector, variants)?);
            }
            element => text.push_str(&simple(element)?),
        }
    }
    if choices.is_empty() {
        return Ok(Value::String(text));
    }
    choices.insert("text".to_owned(), Value::String(text));
    Ok(Value::Object(choices))
}

fn choice(selector: &InlineExpression<&str>, variants: &[Variant<&str>]) -> Result<Value, Unsupported> {
    let InlineExpression::VariableReference { id } = selector else { return Err(Unsupported) };
    let mut forms = Map::new();
    let mut fallback = String::new();
    for variant in variants {
        let text = variant.value.elements.iter().map(simple).collect::<Result<String, _>>()?;
        let key = match variant.key {
            VariantKey::Identifier { name } => name,
            VariantKey::NumberLiteral { value } => value,
        };
        if variant.default {
            fallback.clone_from(&text);
        }
        forms.insert(key.to_owned(), Value::String(text));
    }
    for form in FORMS {
        forms.entry(form).or_insert_with(|| Value::String(fallback.clone()));
    }
    forms.insert("by".to_owned(), Value::String(id.name.to_owned()));
    Ok(Value::Object(forms))
}

fn simple(element: &PatternElement<&str>) -> Result<String, Unsupported> {
    match element {
        PatternElement::TextElement { value } => Ok((*value).to_owned()),
        PatternElement::Placeable { expression: Expression::Inline(InlineExpression::VariableReference { id }) }
            if id.name != "text" && id.name != "by" =>
        {
            Ok(format!("{{{}}}", id.name))
        }
        PatternElement::Placeable { expression: Expression::Inline(InlineExpression::StringLiteral { value }) } => {
            Ok((*value).to_owned())
        }
        PatternElement::Placeable { .. } => Err(Unsupported),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(text: &str) -> Value {
        let resource = fluent_syntax::parser::parse(text).unwrap();
        let Some(Entry::Message(message)) = resource.body.first() else { panic!("no message") };
        sentence(message.value.as_ref().unwrap()).unwrap_or_else(unsupported)
    }

    #[test]
    fn plain_sentences_stay_strings() {
        assert_eq!(rendered("a = { $used } of { $limit } used"), json!("{used} of {limit} used"));
    }

    #[test]
    fn choices_are_numbered_and_have_every_form() {
        let told = rendered(
            "a =\n    Left: { $n ->\n        [0] none\n        [one] { $n } day\n       *[other] { $n } days\n    }.",
        );
        let form = json!({"by": "n", "0": "none", "one": "{n} day", "few": "{n} days", "many": "{n} days", "other": "{n} days"});
        assert_eq!(told, json!({"text": "Left: {1}.", "1": form}));
    }

    #[test]
    fn texts_that_the_widget_cannot_render_are_noticed() {
        assert_eq!(rendered("a = { other-message } here"), Value::Null);
        assert_eq!(rendered("a = { NUMBER($n) }"), Value::Null);
    }

    #[test]
    fn a_missing_language_is_named() {
        assert_eq!(
            Words::of("xx").err().unwrap().to_string(),
            "there are no words in \"xx\": locales/ has no such folder"
        );
    }
}
