//! The dependency descriptor header extension of the AV1 RTP specification: its bytes are carried as they are.

use std::sync::Arc;
use str0m::rtp::{Extension, ExtensionSerializer, ExtensionValues};

/// What a packet has of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor(pub Arc<[u8]>);

/// The most that the two-byte form of header extensions can hold.
const MOST_BYTES: usize = 255;
/// The most that the one-byte form can hold.
const SHORT_BYTES: usize = 16;

pub fn extension() -> Extension {
    Extension::with_serializer(crate::media::sdp::DEPENDENCY_DESCRIPTOR, Serializer)
}

#[derive(Debug)]
struct Serializer;

fn of(values: &ExtensionValues) -> &[u8] {
    values.user_values.get::<Descriptor>().map_or(&[], |descriptor| &descriptor.0)
}

impl ExtensionSerializer for Serializer {
    fn write_to(&self, buffer: &mut [u8], values: &ExtensionValues) -> usize {
        let bytes = of(values);
        match buffer.get_mut(..bytes.len()) {
            Some(place) if bytes.len() <= MOST_BYTES => {
                place.copy_from_slice(bytes);
                bytes.len()
            }
            _ => 0,
        }
    }

    fn parse_value(&self, bytes: &[u8], values: &mut ExtensionValues) -> bool {
        values.user_values.set(Descriptor(Arc::from(bytes)));
        true
    }

    fn is_video(&self) -> bool {
        true
    }

    fn is_audio(&self) -> bool {
        false
    }

    fn requires_two_byte_form(&self, values: &ExtensionValues) -> bool {
        of(values).len() > SHORT_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_out_as_they_came_in() {
        for length in [1, 3, 16, 17, 200] {
            let bytes: Vec<u8> = (0..length).collect();
            let mut values = ExtensionValues::default();
            assert!(Serializer.parse_value(&bytes, &mut values));
            let mut written = [0; 300];
            assert_eq!(Serializer.write_to(&mut written, &values), bytes.len());
            assert_eq!(written[..bytes.len()], bytes);
            assert_eq!(Serializer.requires_two_byte_form(&values), length > 16);
            assert_eq!(Serializer.write_to(&mut [], &values), 0, "no room");
        }
        assert_eq!(Serializer.write_to(&mut [0; 8], &ExtensionValues::default()), 0);
    }
}
