//! `parse_mode` MarkdownV2, whose entities nest, and the older Markdown, whose do not (telegram §7.1).

use serde_json::json;

use super::detect::Text;
use super::params::{Refusal, bad};
use super::{detect, markup};

/// What stands for itself in MarkdownV2 only behind a backslash.
const RESERVED: &str = "_*[]()~`>#+-=|{}.!\n";

/// How an entity begins and ends, its name in the API, and in the server's errors.
struct Mark {
    sign: &'static str,
    end: &'static str,
    entity: &'static str,
    word: &'static str,
}

const fn mark(sign: &'static str, end: &'static str, entity: &'static str, word: &'static str) -> Mark {
    Mark { sign, end, entity, word }
}

/// Longer signs stand before those with which they begin.
const MARKS: [Mark; 10] = [
    mark("__", "__", "underline", "Underline"),
    mark("_", "_", "italic", "Italic"),
    mark("*", "*", "bold", "Bold"),
    mark("~", "~", "strikethrough", "Strikethrough"),
    mark("||", "||", "spoiler", "Spoiler"),
    mark("```", "```", "pre", "Pre"),
    mark("`", "`", "code", "Code"),
    mark("![", "]", "custom_emoji", "CustomEmoji"),
    mark("[", "]", "text_link", "TextUrl"),
    mark(">", "\n", "blockquote", "BlockQuote"),
];
/// Those of the older Markdown.
const OLDER: [&str; 5] = ["_", "*", "```", "`", "["];

fn refused(words: &str) -> Refusal {
    bad(&format!("can't parse entities: {words}"))
}

/// The language at the beginning of a block of code, and the bytes before its first line.
fn language(rest: &str) -> (Option<String>, usize) {
    let end = rest.find(|one: char| one.is_ascii_whitespace() || one == '`').filter(|end| *end > 0);
    let end = end.filter(|end| !rest[*end..].starts_with('`'));
    let (language, skipped) = (end.map(|end| rest[..end].to_owned()), end.unwrap_or_default());
    let line = ["\r\n", "\n\r", "\n", "\r"].into_iter().find(|line| rest[skipped..].starts_with(line));
    (language, skipped + line.map_or(0, str::len))
}

/// Adds an entity from `offset` to the end of the text, unless it is empty.
fn add(text: &mut Text, entity: &str, offset: usize, (key, argument): (&str, Option<&str>)) {
    let length = detect::length(&text.text) - offset;
    let mut added = json!({"offset": offset, "length": length, "type": entity});
    if let Some(argument) = argument {
        added[key] = json!(argument);
    }
    if length > 0 {
        text.entities.push(added);
    }
}

/// Adds a link; what is no address leaves its words without one.
fn add_link(text: &mut Text, offset: usize, url: &str) {
    if let Ok(url) = markup::address(url) {
        add(text, "text_link", offset, ("url", Some(&url)));
    }
}

/// Text and entities of `parse_mode` Markdown.
pub(super) fn older(given: &str) -> Result<Text, Refusal> {
    let (mut text, mut at) = (Text::default(), 0);
    while let Some(letter) = given[at..].chars().next() {
        let rest = &given[at..];
        if letter == '\\' && rest[1..].starts_with(['_', '*', '`', '[']) {
            text.text.push_str(&rest[1..2]);
            at += 2;
            continue;
        }
        let known = MARKS.iter().filter(|mark| OLDER.contains(&mark.sign));
        let Some(mark) = known.into_iter().find(|mark| rest.starts_with(mark.sign)) else {
            text.text.push(letter);
            at += letter.len_utf8();
            continue;
        };
        let begin = at;
        at += mark.sign.len();
        let (language, skipped) = if mark.entity == "pre" { language(&given[at..]) } else { (None, 0) };
        at += skipped;
        let unclosed = || refused(&format!("Can't find end of the entity starting at byte offset {begin}"));
        let inside = &given[at..at + given[at..].find(mark.end).ok_or_else(unclosed)?];
        at += inside.len() + mark.end.len();
        let offset = detect::length(&text.text);
        text.text.push_str(inside);
        if mark.entity == "text_link" {
            let behind = given[at..].strip_prefix('(').map(|link| link.split(')').next().unwrap_or_default());
            at = behind.map_or(at, |link| given.len().min(at + link.len() + 2));
            add_link(&mut text, offset, behind.unwrap_or(inside));
        } else {
            add(&mut text, mark.entity, offset, ("language", language.as_deref()));
        }
    }
    Ok(text)
}

/// An entity that has begun.
struct Open {
    mark: &'static Mark,
    /// Bytes before it in the source, and UTF-16 units and bytes before it in the text.
    at: usize,
    offset: usize,
    from: usize,
    language: Option<String>,
}

impl Open {
    fn unclosed(&self) -> Refusal {
        let word = if self.language.is_some() { "PreCode" } else { self.mark.word };
        refused(&format!("Can't find end of {word} entity at byte offset {}", self.at))
    }
}

/// MarkdownV2, half read.
struct Reader<'a> {
    given: &'a str,
    at: usize,
    text: Text,
    open: Vec<Open>,
    /// Nothing of this line was read.
    may_quote: bool,
}

/// Text and entities of `parse_mode` MarkdownV2.
pub(super) fn second(given: &str) -> Result<Text, Refusal> {
    let mut reader = Reader { given, at: 0, text: Text::default(), open: Vec::new(), may_quote: true };
    while let Some(letter) = reader.rest().chars().next() {
        reader.step(letter)?;
    }
    if reader.is_quoted() {
        reader.end_quote()?;
    }
    reader.open.last().map_or(Ok(()), |last| Err(last.unclosed()))?;
    Ok(reader.text)
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.given[self.at..]
    }

    /// The sign behind a backslash.
    fn escaped(&self) -> Option<char> {
        let letter = self.rest().strip_prefix('\\')?.chars().next()?;
        letter.is_ascii().then_some(letter).filter(|one| !matches!(one, '\0' | '\x7f'))
    }

    fn is_code(&self) -> bool {
        self.open.last().is_some_and(|last| matches!(last.mark.entity, "code" | "pre"))
    }

    fn is_quoted(&self) -> bool {
        self.open.iter().any(|one| one.mark.entity == "blockquote")
    }

    /// Takes a sign of the text.
    fn take(&mut self, letter: char, bytes: usize) {
        self.text.text.push(letter);
        self.at += bytes;
        if letter != '\r' {
            self.may_quote = letter == '\n' && !self.is_code();
        }
    }

    fn step(&mut self, letter: char) -> Result<(), Refusal> {
        let rest = self.rest();
        if let Some(escaped) = self.escaped() {
            self.take(escaped, 2);
            return Ok(());
        }
        let is_plain = if self.is_code() { letter != '`' } else { !RESERVED.contains(letter) };
        if is_plain {
            self.take(letter, letter.len_utf8());
            return Ok(());
        }
        if letter == '\n' {
            let at = self.at;
            self.take(letter, 1);
            return if self.is_quoted() && !self.rest().starts_with('>') { self.end_quote_at(at) } else { Ok(()) };
        }
        // Two underscores end an underline, never an italic.
        let ends =
            |last: &mut Open| rest.starts_with(last.mark.end) && (last.mark.sign != "_" || !rest.starts_with("__"));
        if let Some(last) = self.open.pop_if(ends) {
            return self.end(&last);
        }
        let reserved =
            || refused(&format!("Character '{letter}' is reserved and must be escaped with the preceding '\\'"));
        let mark = MARKS.iter().find(|mark| rest.starts_with(mark.sign));
        let mark = mark.filter(|mark| mark.entity != "blockquote" || self.may_quote).ok_or_else(reserved)?;
        let (at, offset, from) = (self.at, detect::length(&self.text.text), self.text.text.len());
        self.at += mark.sign.len();
        let (language, skipped) = if mark.entity == "pre" { language(self.rest()) } else { (None, 0) };
        self.at += skipped;
        // Each line of a quotation begins with its sign.
        if mark.entity != "blockquote" || !self.is_quoted() {
            self.open.push(Open { mark, at, offset, from, language });
        }
        Ok(())
    }

    fn end(&mut self, open: &Open) -> Result<(), Refusal> {
        self.at += open.mark.end.len();
        match open.mark.entity {
            "text_link" => {
                let url = self.address("a URL")?.unwrap_or_else(|| self.text.text[open.from..].to_owned());
                add_link(&mut self.text, open.offset, &url);
            }
            "custom_emoji" => {
                let missing = || refused("Custom emoji entity must contain a tg://emoji URL");
                let url = self.address("a custom emoji URL")?.ok_or_else(missing)?;
                let id = emoji(&url)?;
                add(&mut self.text, "custom_emoji", open.offset, ("custom_emoji_id", Some(&id)));
            }
            entity => add(&mut self.text, entity, open.offset, ("language", open.language.as_deref())),
        }
        Ok(())
    }

    /// The address in brackets behind a link's words.
    fn address(&mut self, what: &str) -> Result<Option<String>, Refusal> {
        if !self.rest().starts_with('(') {
            return Ok(None);
        }
        self.at += 1;
        let (begin, mut address) = (self.at, String::new());
        while let Some(letter) = self.rest().chars().next().filter(|letter| *letter != ')') {
            let escaped = self.escaped();
            address.push(escaped.unwrap_or(letter));
            self.at += escaped.map_or(letter.len_utf8(), |_| 2);
        }
        if self.rest().is_empty() {
            return Err(refused(&format!("Can't find end of {what} at byte offset {begin}")));
        }
        self.at += 1;
        Ok(Some(address))
    }

    fn end_quote(&mut self) -> Result<(), Refusal> {
        self.end_quote_at(self.at)
    }

    /// Ends a quotation, whose last line ends here; an empty spoiler there makes it expandable.
    fn end_quote_at(&mut self, at: usize) -> Result<(), Refusal> {
        let is_empty = |last: &mut Open| {
            last.mark.entity == "spoiler" && self.given[last.at + 2..at].trim_end_matches('\r').is_empty()
        };
        let entity = if self.open.pop_if(is_empty).is_some() { "expandable_blockquote" } else { "blockquote" };
        match self.open.pop() {
            Some(quote) if quote.mark.entity == "blockquote" => add(&mut self.text, entity, quote.offset, ("", None)),
            Some(other) => return Err(other.unclosed()),
            None => {}
        }
        Ok(())
    }
}

/// The id in `tg://emoji?id=…`.
fn emoji(link: &str) -> Result<String, Refusal> {
    let known = url::Url::parse(link).ok().filter(|url| url.scheme() == "tg");
    let known = known.ok_or_else(|| refused("Custom emoji URL must have scheme tg"))?;
    let is_emoji = known.host_str().is_some_and(|host| host.eq_ignore_ascii_case("emoji"));
    let id = known.query_pairs().find(|(key, _)| key == "id").map(|(_, id)| id.into_owned());
    match id {
        _ if !is_emoji => Err(refused("Custom emoji URL must have host \"emoji\"")),
        None => Err(refused("Custom emoji URL must have an emoji identifier")),
        Some(id) if id.starts_with('0') || id.parse::<i64>().is_err() => {
            Err(refused("Invalid custom emoji identifier specified"))
        }
        Some(id) => Ok(id),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// What is parsed, as text and `type offset length argument`; or the server's words.
    fn read(parsed: Result<Text, Refusal>) -> String {
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(refusal) => return refusal.description.replace("Bad Request: can't parse entities: ", "! "),
        };
        let entity = |one: &Value| {
            let argument = ["url", "language", "custom_emoji_id"].into_iter().find_map(|key| one[key].as_str());
            let [kind, offset, length] = ["type", "offset", "length"].map(|key| one[key].to_string().replace('"', ""));
            format!(" | {kind} {offset} {length} {}", argument.unwrap_or_default()).trim_end().to_owned()
        };
        format!("{}{}", parsed.text, parsed.entities.iter().map(entity).collect::<String>())
    }

    /// Cases of the server's own tests, with other words.
    #[test]
    fn markdown_v2_is_parsed_as_the_server_does() {
        for (given, wanted) in [
            ("5\\.0 \\_a\\_", "5.0 _a_"),
            ("👋 *Hi* there", "👋 Hi there | bold 3 2"),
            ("*b _i __u__ i_*", "b i u i | underline 4 1 | italic 2 5 | bold 0 7"),
            ("🏟__🏟 _🏟_\\___", "🏟🏟 🏟_ | italic 5 2 | underline 2 6"),
            ("||no|| ~old~ `x_y`", "no old x_y | spoiler 0 2 | strikethrough 3 3 | code 7 3"),
            ("```rust\nfn a() {}```", "fn a() {} | pre 0 9 rust"),
            ("```\na \\` b```", "a ` b | pre 0 5"),
            ("[shop](https://acme.test/?a\\)b)", "shop | text_link 0 4 https://acme.test/?a)b"),
            ("[acme\\.test]", "acme.test | text_link 0 9 http://acme.test/"),
            ("[a](nowhere)", "a"),
            ("![👍](tg://emoji?id=25)", "👍 | custom_emoji 0 2 25"),
            ("a\n>b\n>c\nd", "a\nb\nc\nd | blockquote 2 4"),
            (">*a*\n>b||", "a\nb | bold 0 1 | expandable_blockquote 0 3"),
            ("____", ""),
            ("a.b", "! Character '.' is reserved and must be escaped with the preceding '\\'"),
            ("a > b", "! Character '>' is reserved and must be escaped with the preceding '\\'"),
            ("🏟 🏟_abac * asd ", "! Can't find end of Bold entity at byte offset 15"),
            ("🏟 🏟_🏟 🏟__", "! Can't find end of Underline entity at byte offset 19"),
            ("🏟 🏟```🏟 🏟`", "! Can't find end of Code entity at byte offset 21"),
            ("🏟 🏟```🏟 🏟_", "! Can't find end of PreCode entity at byte offset 9"),
            ("[a](b", "! Can't find end of a URL at byte offset 4"),
            ("![👍]", "! Custom emoji entity must contain a tg://emoji URL"),
            (">*b\nc*", "! Can't find end of Bold entity at byte offset 1"),
        ] {
            assert_eq!(read(second(given)), wanted, "{given}");
        }
    }

    #[test]
    fn the_older_markdown_knows_no_nesting() {
        for (given, wanted) in [
            ("*b* _i_ `c` 5.0!", "b i c 5.0! | bold 0 1 | italic 2 1 | code 4 1"),
            ("*a _b_*", "a _b_ | bold 0 5"),
            ("\\*a\\*", "*a*"),
            ("```sh\nls```", "ls | pre 0 2 sh"),
            ("[shop](acme.test) now", "shop now | text_link 0 4 http://acme.test/"),
            ("snake_case", "! Can't find end of the entity starting at byte offset 5"),
        ] {
            assert_eq!(read(older(given)), wanted, "{given}");
        }
    }
}
