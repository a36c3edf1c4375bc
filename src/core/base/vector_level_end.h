/*
 * vector_level_end.h
 *		Takes the names of vector_level.h back, for the next level's.
 */
#undef RN_LEVEL
#undef RN_TARGET
#undef RN_VECTOR_BYTES
#undef RN_ROWS
#undef RN_LANES
#undef RN_INLINE
#undef VEC
#undef IVEC
#undef load
#undef store
#undef load_part
#undef store_part
#undef vmin
#undef vmax
#undef vless
#undef vround
#undef vscale
