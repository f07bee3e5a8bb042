//! The index of a trace: a sorted set with the keys of its entries, in the order of their bytes.
//!
//! An entry that exists is a member, so listings need to look at no other key. A member can be without an entry, which has
//! expired or was removed by another client: listings skip it, and a sweep removes it.

mod check;
mod clear;
mod listing;
mod live;
mod range;
mod rebuild;
mod state;
mod sweep;

pub use self::check::{CheckMembers, CountMembers, Counts};
pub use self::clear::clear;
pub use self::listing::{Listed, list};
pub use self::range::{IndexRange, Page};
pub use self::rebuild::{AddMembers, Groups, Progress};
pub use self::state::{Index, OnNotice, Server, mark};
pub use self::sweep::sweep;
