#include <libavformat/avformat.h>
#include <libavcodec/avcodec.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/display.h>
#include <libswscale/swscale.h>
#include <libswresample/swresample.h>

// Macros with casts in them are not imported; these are the same values as constants.
static const int32_t cffmpeg_error_eof = AVERROR_EOF;
static const int32_t cffmpeg_error_exit = AVERROR_EXIT;
static const int32_t cffmpeg_error_invalid_data = AVERROR_INVALIDDATA;
static const int32_t cffmpeg_error_decoder_not_found = AVERROR_DECODER_NOT_FOUND;
static const int32_t cffmpeg_error_encoder_not_found = AVERROR_ENCODER_NOT_FOUND;
static const int32_t cffmpeg_error_demuxer_not_found = AVERROR_DEMUXER_NOT_FOUND;
static const int32_t cffmpeg_error_protocol_not_found = AVERROR_PROTOCOL_NOT_FOUND;
static const int32_t cffmpeg_error_patch_welcome = AVERROR_PATCHWELCOME;
static const int64_t cffmpeg_no_timestamp = AV_NOPTS_VALUE;

// Arrays inside structs arrive in Swift as tuples; these hand out one element.
static inline uint8_t *_Nullable cffmpeg_plane(const AVFrame *_Nonnull frame, int index) {
  return frame->data[index];
}
static inline int cffmpeg_stride(const AVFrame *_Nonnull frame, int index) {
  return frame->linesize[index];
}

// sws_getColorspaceDetails and its tables take arrays of four; only BT.709 and BT.601 are needed here.
static inline int cffmpeg_set_matrix(
    struct SwsContext *_Nonnull scaler, int from_space, int from_full, int to_space, int to_full) {
  return sws_setColorspaceDetails(
      scaler, sws_getCoefficients(from_space), from_full, sws_getCoefficients(to_space), to_full, 0, 1 << 16,
      1 << 16);
}

// The planes of a decoded block of sound, more than eight of them, are a const-less uint8_t** in the frame.
static inline int cffmpeg_resample(
    struct SwrContext *_Nonnull resampler, uint8_t *_Nullable *_Nonnull out, int capacity,
    const AVFrame *_Nullable in) {
  return swr_convert(
      resampler, out, capacity, in ? (const uint8_t **)in->extended_data : NULL, in ? in->nb_samples : 0);
}
