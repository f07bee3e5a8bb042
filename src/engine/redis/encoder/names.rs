//! Arguments in the form that the scripts read.

use std::borrow::Cow;

use crate::engine::call::{Condition, LockStep, StepKind};

pub fn step_name(step: LockStep) -> &'static str {
    match step {
        LockStep::Acquire => "acquire",
        LockStep::Extend => "extend",
        LockStep::Release => "release",
    }
}

pub fn step_kind_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Set => "set",
        StepKind::Delete => "delete",
        StepKind::Check => "check",
        StepKind::Holds => "holds",
    }
}

/// A condition in the form that the script reads.
pub fn condition_text<'a>(condition: &'a Condition<'_>) -> Cow<'a, str> {
    match condition {
        Condition::None => "".into(),
        Condition::Absent => "absent".into(),
        Condition::Match(etag) => format!("match:{etag}").into(),
        Condition::Fence { fence, token } => format!("fence:{fence}:{token}").into(),
    }
}
