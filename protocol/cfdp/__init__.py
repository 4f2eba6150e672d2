"""Files over the link: CFDP class 2 (CCSDS 727.0-B-5), acknowledged, between two entities. Pure, as all of protocol."""
