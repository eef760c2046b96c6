//! A chat that WhatsApp's app exported, on iOS or Android, in Russian, English, Spanish or Portuguese: dumps §2.
//!
//! Nothing in it says who exported it, in which order day and month are, or whether it is a group: it is read twice, first to find that
//! out. It has no ids either: a message's id is derived from its chat, time, side and text, so that a later export of the same chat has
//! the same ids.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::MOST_BYTES;
use base::millis::DAY;
use chrono::{NaiveDate, NaiveTime};
use sha2::{Digest, Sha256};

use super::text::{Archive, CHUNK, Input, Utf8, broke_off, utf_8};
use super::{
    Attached, DateOrder, DumpContext, DumpMessage, DumpPerson, FilePlace, Sink, kind_of_name, refused, refused_at,
};

/// Marks of the writing direction, which the app puts before what it wrote itself.
const MARKS: [char; 7] = ['\u{200e}', '\u{200f}', '\u{202a}', '\u{202c}', '\u{2068}', '\u{2069}', '\u{feff}'];
const NOTE: char = '\u{200e}';
/// How names of files begin, up to the other person's name.
const TITLES: [&str; 5] = [
    "WhatsApp Chat with ",
    "WhatsApp Chat - ",
    "Чат WhatsApp с ",
    "Chat de WhatsApp con ",
    "Conversa do WhatsApp com ",
];
const GROUPS: [&str; 4] = ["created group", "создал(а) группу", "creó el grupo", "criou o grupo"];
/// Behind the name of a file, on Android.
const ATTACHED: [&str; 5] =
    ["file attached", "файл добавлен", "archivo adjunto", "arquivo anexado", "ficheiro anexado"];
const OMITTED: [&str; 5] =
    ["<media omitted>", "<без медиафайлов>", "<multimedia omitido>", "<mídia oculta>", "<arquivo de mídia oculto>"];
const EDITED: [&str; 5] = [
    "<this message was edited>",
    "<сообщение изменено>",
    "<se editó este mensaje.>",
    "<mensagem editada>",
    "<esta mensagem foi editada>",
];
const DELETED: [&str; 11] = [
    "this message was deleted",
    "you deleted this message",
    "данное сообщение удалено",
    "вы удалили данное сообщение",
    "это сообщение удалено",
    "se eliminó este mensaje",
    "eliminaste este mensaje",
    "mensagem apagada",
    "esta mensagem foi apagada",
    "você apagou esta mensagem",
    "null",
];

/// The first line of a message or of a note of the app.
struct Header<'line> {
    style: Style,
    /// As they stand there.
    date: [u32; 3],
    time: NaiveTime,
    rest: &'line str,
}

/// How an export writes its lines; an export has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Style {
    bracketed: bool,
    sign: char,
    year_first: bool,
}

/// Whether a line is the first one of a message.
pub(super) fn is_header(line: &str) -> bool {
    header(line).is_some()
}

fn header(line: &str) -> Option<Header<'_>> {
    let line = line.trim_start_matches(MARKS);
    let (bracketed, line) = line.strip_prefix('[').map_or((false, line), |inside| (true, inside));
    let (first, line) = number(line)?;
    let sign = line.chars().next().filter(|sign| "/.-".contains(*sign))?;
    let (second, line) = number(line.strip_prefix(sign)?)?;
    let (third, line) = number(line.strip_prefix(sign)?)?;
    let year_first = first.len() == 4;
    let year = if year_first { first } else { third };
    let others = [if year_first { third } else { first }, second];
    if ![2, 4].contains(&year.len()) || others.iter().any(|one| one.len() > 2) {
        return None;
    }
    let line = line.strip_prefix(',').unwrap_or(line);
    let (clock, rest) = if bracketed { line.split_once(']')? } else { line.split_once(" - ")? };
    let time = time(clock.strip_prefix(char::is_whitespace)?)?;
    let date = [first.parse().ok()?, second.parse().ok()?, third.parse().ok()?];
    Some(Header { style: Style { bracketed, sign, year_first }, date, time, rest: rest.trim_start_matches(' ') })
}

fn number(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(line.len());
    (1..=4).contains(&end).then(|| line.split_at(end))
}

/// `14:35`, `14:35:12`, `2:33:40 p. m.`
pub(in crate::import) fn time(text: &str) -> Option<NaiveTime> {
    let end = text.find(|sign: char| !sign.is_ascii_digit() && sign != ':').unwrap_or(text.len());
    let (clock, half) = text.split_at(end);
    let mut parts = clock.split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let half: String = half.chars().filter(|sign| !sign.is_whitespace() && *sign != '.').collect();
    let hour = match half.to_lowercase().as_str() {
        "" => hour,
        "am" | "pm" if !(1..=12).contains(&hour) => return None,
        "am" => hour % 12,
        "pm" => hour % 12 + 12,
        _ => return None,
    };
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// The author's name and the text. A note of the app has no author.
fn author(rest: &str) -> (Option<&str>, &str) {
    let found = rest.split_once(": ").or_else(|| rest.strip_suffix(':').map(|name| (name, "")));
    // Notes quote names and titles.
    let found = found.filter(|(name, _)| name.chars().count() <= 100 && !name.contains(['"', '“', '«']));
    let found = found.map(|(name, body)| (name.trim_matches(is_margin), body)).filter(|(name, _)| !name.is_empty());
    found.map_or((None, rest), |(name, body)| (Some(name), body))
}

/// What stands around names: `~` marks people who are no contacts.
fn is_margin(sign: char) -> bool {
    MARKS.contains(&sign) || sign.is_whitespace() || sign == '~'
}

/// What the lines of a message are.
#[derive(Debug, PartialEq, Eq)]
enum Written {
    Message {
        text: String,
        file: Option<String>,
    },
    /// Of the app: a call, a deleted message, an omitted file on iOS.
    Note,
    Omitted,
}

fn written(body: &str) -> Written {
    let whole = body.trim_matches(is_margin);
    let small = whole.trim_end_matches('.').to_lowercase();
    if OMITTED.contains(&small.as_str()) {
        return Written::Omitted;
    }
    if DELETED.contains(&small.as_str()) {
        return Written::Note;
    }
    if let Some((text, name)) = attached(whole) {
        return Written::Message { text: text.trim_matches(is_margin).to_owned(), file: Some(name.to_owned()) };
    }
    // A place is a note with a link to a map.
    if body.starts_with(NOTE) && !whole.contains("https://") {
        return Written::Note;
    }
    let edited = whole.rfind('<').filter(|at| EDITED.contains(&whole[*at..].to_lowercase().as_str()));
    let text = whole[..edited.unwrap_or(whole.len())].trim_matches(is_margin);
    Written::Message { text: text.to_owned(), file: None }
}

/// The text beside the name of a file, and that name: `<attached: a.jpg>`, in any language, or `a.jpg (file attached)`.
fn attached(body: &str) -> Option<(&str, &str)> {
    let is_name = |name: &str| {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        (1..=5).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !name.contains('/')
    };
    if let Some(inside) = body.strip_suffix('>')
        && let Some((text, mark)) = inside.rsplit_once('<')
        && let Some((_, name)) = mark.split_once(": ")
        && is_name(name.trim())
    {
        return Some((text, name.trim()));
    }
    let (first, text) = body.split_once('\n').unwrap_or((body, ""));
    let (name, word) = first.trim_end_matches(is_margin).strip_suffix(')')?.rsplit_once(" (")?;
    let name = name.trim_matches(is_margin);
    (ATTACHED.contains(&word) && is_name(name)).then_some((text, name))
}

/// The lines of a text with their numbers and line breaks, each cut where it is too long.
struct Lines<Raw> {
    text: BufReader<Utf8<Raw>>,
    line: i64,
}

impl<Raw: Read> Lines<Raw> {
    fn new(text: Utf8<Raw>) -> Self {
        Self { text: BufReader::with_capacity(CHUNK, text), line: 0 }
    }

    fn next(&mut self, into: &mut Vec<u8>) -> io::Result<bool> {
        into.clear();
        self.line += 1;
        let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
        self.text.by_ref().take(most).read_until(b'\n', into)?;
        let mut is_whole = into.len() < MOST_BYTES || into.ends_with(b"\n");
        let mut rest = Vec::new();
        while !is_whole {
            rest.clear();
            let read = self.text.by_ref().take(most).read_until(b'\n', &mut rest)?;
            is_whole = read == 0 || rest.ends_with(b"\n");
        }
        Ok(!into.is_empty())
    }
}

/// What the whole file says.
#[derive(Default)]
struct Survey {
    style: Option<Style>,
    names: BTreeSet<String>,
    is_group: bool,
    /// The first lines whose dates can only begin with the day, and with the month.
    day_first: Option<i64>,
    month_first: Option<i64>,
}

impl Survey {
    fn of<Raw: Read>(text: Utf8<Raw>) -> Result<Self> {
        let (mut lines, mut bytes, mut found) = (Lines::new(text), Vec::new(), Self::default());
        while lines.next(&mut bytes).map_err(broke_off)? {
            let text = String::from_utf8_lossy(&bytes);
            let Some(header) = header(text.trim_end_matches(['\r', '\n'])) else { continue };
            if *found.style.get_or_insert(header.style) != header.style {
                return Err(refused_at("said-dump-mixed", lines.line));
            }
            let [first, second, _] = header.date;
            if !header.style.year_first && first > 12 {
                found.day_first.get_or_insert(lines.line);
            }
            if !header.style.year_first && second > 12 {
                found.month_first.get_or_insert(lines.line);
            }
            let (name, body) = author(header.rest);
            let is_note = name.is_none() || written(body) == Written::Note;
            found.is_group |= is_note && GROUPS.iter().any(|word| body.contains(word));
            if let Some(name) = name.filter(|_| !is_note && found.names.len() < 10) {
                found.names.insert(name.to_owned());
            }
        }
        if !lines.text.get_ref().is_readable() {
            return Err(refused("said-import-encoding"));
        }
        Ok(found)
    }

    fn order(&self, wish: Option<DateOrder>) -> Result<DateOrder> {
        match (self.day_first, self.month_first, wish) {
            (Some(one), Some(other), _) => {
                let said = LocalizedText::new("said-dump-orders").with("line", one).with("other", other);
                Err(Error::field("", said))
            }
            (Some(_), None, _) => Ok(DateOrder::DayFirst),
            (None, Some(_), _) => Ok(DateOrder::MonthFirst),
            (None, None, Some(wish)) => Ok(wish),
            // With points, and with the year first, there is one order.
            (None, None, None) if self.style.is_none_or(|style| style.year_first || style.sign == '.') => {
                Ok(DateOrder::DayFirst)
            }
            (None, None, None) => Err(refused("said-dump-dates")),
        }
    }

    /// The names of the customer and of the account's side. A group is refused, and so is a chat that does not say which of
    /// two names is which.
    fn people(&self, context: &DumpContext, file_name: &str) -> Result<(String, String)> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let listed = |key: &'static str| Error::field("", LocalizedText::new(key).with("names", names.join(", ")));
        if self.is_group || names.len() > 2 {
            return Err(listed("said-dump-group"));
        }
        let title = title(&context.file_name).or_else(|| title(file_name));
        let we = context.options.we.as_str();
        let customer = match (names.as_slice(), title) {
            ([one], _) if !we.is_empty() && !is_same(one, we) => Some(*one),
            ([one, other], _) if is_same(one, we) => Some(*other),
            ([one, other], _) if is_same(other, we) => Some(*one),
            (names, Some(title)) if we.is_empty() && names.iter().any(|name| is_same(name, title)) => Some(title),
            // Only the account's side wrote.
            ([one], Some(title)) if is_same(one, we) => Some(title),
            _ => None,
        };
        let customer = customer.ok_or_else(|| listed("said-dump-we"))?;
        let us = names.iter().find(|name| !is_same(name, customer)).copied().unwrap_or(we);
        Ok((customer.to_owned(), us.to_owned()))
    }
}

/// Whose chat it is, by the name of the file.
fn title(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    TITLES.iter().find_map(|start| stem.strip_prefix(start)).map(str::trim)
}

pub(super) fn read(input: &mut Input, context: &DumpContext, sink: &mut Sink) -> Result<()> {
    let survey = Survey::of(utf_8(&mut input.text)?)?;
    if survey.names.is_empty() {
        return Err(refused("said-dump-unknown"));
    }
    let (customer, us) = survey.people(context, input.archive.name.as_deref().unwrap_or_default())?;
    let phone = match context.options.phone.as_str() {
        "" => phone(&customer),
        given => Some(
            phone(&format!("+{}", given.trim_matches(is_margin).trim_start_matches('+')))
                .ok_or_else(|| refused("said-dump-phone"))?,
        ),
    };
    // Live chats of the messenger have the number as their id.
    let chat = phone.clone().unwrap_or_else(|| format!("whatsapp-{}", short_hash([customer.as_str()])));
    let phone = phone.map(|digits| format!("+{digits}"));
    let customer = DumpPerson { id: chat, name: Some(customer), phone, email: None };
    let id = format!("whatsapp-{}", short_hash([us.as_str()]));
    let us = DumpPerson { id, name: Some(us), ..DumpPerson::default() };
    let mut chat = Chat { context, order: survey.order(context.options.dates)?, customer, us, last: (0, Vec::new()) };
    let mut lines = Lines::new(utf_8(&mut input.text)?);
    let (mut bytes, mut pending) = (Vec::new(), None::<Pending>);
    while lines.next(&mut bytes).map_err(broke_off)? {
        let text = String::from_utf8_lossy(&bytes);
        let is_damaged = matches!(text, Cow::Owned(_));
        let text = text.trim_end_matches(['\r', '\n']);
        if let Some(header) = header(text) {
            let sent_at = chat.moment(&header, lines.line)?;
            let is_long = text.len() >= MOST_BYTES;
            let next = Pending { line: lines.line, sent_at, rest: header.rest.to_owned(), is_damaged, is_long };
            if let Some(done) = pending.replace(next) {
                chat.hand_over(&done, &mut input.archive, sink)?;
            }
        } else if let Some(pending) = &mut pending {
            pending.add(text, is_damaged);
        } else if !text.trim_matches(is_margin).is_empty() {
            sink.skip(lines.line, LocalizedText::new("said-dump-strange"))?;
        }
    }
    pending.map_or(Ok(()), |done| chat.hand_over(&done, &mut input.archive, sink))
}

/// A message whose lines are being read.
struct Pending {
    line: i64,
    sent_at: i64,
    rest: String,
    is_damaged: bool,
    is_long: bool,
}

impl Pending {
    fn add(&mut self, line: &str, is_damaged: bool) {
        self.is_damaged |= is_damaged;
        self.is_long |= self.rest.len() + line.len() >= MOST_BYTES;
        if !self.is_long {
            self.rest.push('\n');
            self.rest.push_str(line);
        }
    }
}

struct Chat<'context> {
    context: &'context DumpContext,
    order: DateOrder,
    customer: DumpPerson,
    us: DumpPerson,
    /// The last moment, and the messages of it: equal ones are counted.
    last: (i64, Vec<String>),
}

impl Chat<'_> {
    /// When a message was sent. A date that is none, or is still to come, refuses the file: it may be written in another order.
    fn moment(&self, header: &Header<'_>, line: i64) -> Result<i64> {
        let [first, second, third] = header.date;
        let (year, month, day) = match self.order {
            _ if header.style.year_first => (first, second, third),
            DateOrder::DayFirst => (third, second, first),
            DateOrder::MonthFirst => (third, first, second),
        };
        let year = if year < 100 { year + 2000 } else { year };
        let date = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        let sent_at = date.map(|date| self.context.zone.millis_of(date.and_time(header.time)));
        sent_at.filter(|at| *at < self.context.now + DAY).ok_or_else(|| refused_at("said-dump-date", line))
    }

    fn hand_over(&mut self, pending: &Pending, archive: &mut Archive, sink: &mut Sink) -> Result<()> {
        let mut skip = |reason| sink.skip(pending.line, reason);
        let (Some(name), body) = author(&pending.rest) else { return skip(LocalizedText::new("said-dump-note")) };
        if pending.is_long {
            return skip(LocalizedText::new("said-too-large").with("bytes", MOST_BYTES.to_string()));
        }
        if pending.is_damaged {
            return skip(LocalizedText::new("said-import-not-utf8"));
        }
        let (text, file) = match written(body) {
            Written::Note => return skip(LocalizedText::new("said-dump-note")),
            Written::Omitted => return skip(LocalizedText::new("said-dump-omitted")),
            Written::Message { text, file: None } if text.is_empty() => {
                return skip(LocalizedText::new("said-dump-nothing"));
            }
            Written::Message { text, file } => (text, file),
        };
        let is_ours = !self.customer.name.as_deref().is_some_and(|customer| is_same(customer, name));
        let id = self.id(pending.sent_at, is_ours, &text, file.as_deref().unwrap_or_default());
        let attached = match file {
            Some(name) => {
                let place = if archive.pass_on(&name, sink)? { FilePlace::Passed } else { FilePlace::Missing };
                Attached::File { kind: kind_of_name(&name), name, place }
            }
            None => Attached::Nothing,
        };
        let message = DumpMessage {
            id,
            chat: self.customer.id.clone(),
            customer: self.customer.clone(),
            author: is_ours.then(|| self.us.clone()),
            sent_at: pending.sent_at,
            text,
            reply_to: None,
            attached,
        };
        sink.message(pending.line, message)
    }

    fn id(&mut self, sent_at: i64, is_ours: bool, text: &str, file: &str) -> String {
        if self.last.0 != sent_at {
            self.last = (sent_at, Vec::new());
        }
        let side = if is_ours { "we" } else { "customer" };
        let hash = short_hash([self.customer.id.as_str(), &sent_at.to_string(), side, text, file]);
        let equal = self.last.1.iter().filter(|earlier| **earlier == hash).count();
        let id = format!("whatsapp-{hash}-{equal}");
        self.last.1.push(hash);
        id
    }
}

fn is_same(one: &str, other: &str) -> bool {
    let words = |name: &str| {
        let name = name.trim_matches(is_margin).to_lowercase();
        name.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    words(one) == words(other)
}

/// The digits of a name that is a phone number, as the app shows people who are no contacts.
fn phone(name: &str) -> Option<String> {
    let number = name.trim_matches(is_margin).strip_prefix('+')?;
    let is_of_number = |sign: char| sign.is_ascii_digit() || sign.is_whitespace() || "()-.\u{2011}".contains(sign);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (number.chars().all(is_of_number) && (7..=15).contains(&digits.len())).then_some(digits)
}

pub(in crate::import) fn short_hash<'part>(parts: impl IntoIterator<Item = &'part str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..16])
}
